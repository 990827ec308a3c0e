"""The trace page: one HTML file without outside resources, made of the report's parts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from html import escape
from importlib.resources import files

from smooth_operator_conformance.proxy.page_rows import Verdicts, rows
from smooth_operator_conformance.proxy.violations import Violation
from smooth_operator_conformance.records import TraceEntry

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"


def render(
    entries: Sequence[TraceEntry], violations: Sequence[Violation], *, title: str, replay: str
) -> str:
    """The page; `replay` is the command that plays the recording again, or nothing."""
    verdicts: defaultdict[int, list[Violation]] = defaultdict(list)
    for violation in violations:
        verdicts[violation.entry].append(violation)
    return "\n".join(
        (
            "<!doctype html>",
            '<html lang="en">',
            *_head(title),
            "<body>",
            '<a class="skip" href="#timeline">Skip to the timeline</a>',
            *_intro(entries, violations, title, replay),
            *_requirements(violations),
            *_filter(entries),
            *_timeline(entries, verdicts),
            f"<script>{_asset(__package__, 'trace.js')}</script>",
            "</body>",
            "</html>",
            "",
        )
    )


def _asset(package: str, name: str) -> str:
    return files(package).joinpath("assets", name).read_text(encoding="utf-8")


def _head(title: str) -> Iterator[str]:
    report = _asset("smooth_operator_conformance.reporting", "page.css")
    yield "<head>"
    yield '<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{escape(title)}</title>"
    yield f"<style>{report}{_asset(__package__, 'trace.css')}</style>"
    yield "</head>"


def _intro(
    entries: Sequence[TraceEntry], violations: Sequence[Violation], title: str, replay: str
) -> Iterator[str]:
    sides = [violation.side for violation in violations if violation.binding]
    numbers = (
        (sum(entry.kind == "frame" for entry in entries), "frames"),
        (len({entry.inbox for entry in entries}), "connections"),
        (sides.count("server"), "violations by the server"),
        (sides.count("client"), "violations by the client"),
    )
    yield "<header><h1>What passed the proxy</h1>"
    yield f'<p class="soft">{escape(title)}</p><ul class="numbers">'
    for number, name in numbers:
        yield f"<li><b>{number}</b> {name}</li>"
    yield "</ul>"
    if replay:
        yield f'<div class="command"><pre>{escape(replay)}</pre>'
        yield '<button type="button" data-copy hidden>Copy</button></div>'
    yield "</header>"


def _requirements(violations: Sequence[Violation]) -> Iterator[str]:
    """Violations by requirement, each with links to its frames."""
    by_id: defaultdict[tuple[str, str, bool], list[Violation]] = defaultdict(list)
    for one in violations:
        by_id[one.requirement, one.side, one.binding].append(one)
    if not by_id:
        yield "<h2>Nothing was violated</h2>"
        return
    yield "<h2>Violations by requirement</h2>"
    yield '<div class="scroll"><table class="ids"><thead><tr>'
    yield "".join(f'<th scope="col">{name}</th>' for name in ("id", "whose", "says", "frames"))
    yield "</tr></thead><tbody>"
    for (requirement, side, binding), found in sorted(by_id.items()):
        whose = side if binding else f"{side} (not promised)"
        places = list(dict.fromkeys(v.entry for v in found))
        links = " ".join(f'<a href="#e{place}">{place}</a>' for place in places[:12])
        more = f" and {len(places) - 12} more" if len(places) > 12 else ""
        yield f"<tr><td>{escape(requirement)}</td><td>{whose}</td>"
        yield f"<td>{escape(found[0].sentence)}</td><td>{links}{more}</td></tr>"
    yield "</tbody></table></div>"


def _filter(entries: Sequence[TraceEntry]) -> Iterator[str]:
    names = dict.fromkeys(entry.inbox for entry in entries)
    yield '<form class="filter" role="search" hidden onsubmit="return false">'
    yield '<label>Frame contains <input id="filter-text" type="search"></label>'
    yield '<label>Connection <select id="filter-on"><option value="">all</option>'
    yield "".join(f"<option>{escape(name)}</option>" for name in names)
    yield '</select></label><label class="check"><input id="filter-broken" type="checkbox"> '
    yield "violations only</label>"
    yield '<output id="filter-count" class="soft" aria-live="polite"></output></form>'


def _timeline(entries: Sequence[TraceEntry], verdicts: Verdicts) -> Iterator[str]:
    yield '<main id="timeline" tabindex="-1"><div class="scroll"><table class="frames">'
    yield "<caption class='skip'>Every frame, in order</caption><thead><tr>"
    for name in ("time", "since the last", "on", "what"):
        yield f'<th scope="col">{name}</th>'
    yield "</tr></thead><tbody>"
    yield from rows(entries, verdicts)
    yield "</tbody></table></div></main>"
