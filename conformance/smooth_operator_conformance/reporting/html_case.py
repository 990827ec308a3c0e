"""One case on the HTML page: its findings, the line that replays it, its timed trace."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape

from smooth_operator_conformance.records import CaseResult, Finding, TraceEntry
from smooth_operator_conformance.reporting.aggregate import WORDS
from smooth_operator_conformance.reporting.replaying import command
from smooth_operator_conformance.reporting.wording import headline, value_text

MOST_ENTRIES = 400
"""Rows of one trace on the page; the trace file beside it is whole."""
LONGEST_FRAME = 1500


def anchor(case: CaseResult) -> str:
    """An id for the case, good in a URL and unique on the page."""
    text = f"{case.label}@{case.target}"
    return "case-" + re.sub(r"[^A-Za-z0-9]", lambda found: f"_{ord(found[0]):x}_", text)


def details(case: CaseResult, trace: Sequence[TraceEntry], row_data: str) -> str:
    """The `<details>` element of a case; red ones begin open."""
    opened = " open" if case.outcome in ("fail", "unexpected-pass") else ""
    return "\n".join(
        (
            f'<details class="case" id="{anchor(case)}" {row_data}{opened}>',
            f'<summary><span class="mark {case.outcome}">{WORDS[case.outcome]}</span> ',
            f"<code>{escape(case.label)}</code> on {escape(case.target)} "
            f'<span class="soft">{case.duration_ms:.0f} ms</span></summary>',
            "<div>",
            *_body(case),
            *_trace(case, trace),
            "</div>",
            "</details>",
        )
    )


def _body(case: CaseResult) -> Iterator[str]:
    if case.reason:
        yield f"<p>{escape(case.reason)}</p>"
    for finding in case.findings:
        yield from _finding(finding)
    for note in case.notes:
        yield f'<p class="soft">{escape(note)}</p>'
    if case.outcome != "could-not-run":
        yield '<div class="command">'
        yield f"<pre>{escape(command(case))}</pre>"
        yield '<button type="button" data-copy hidden>Copy</button></div>'


def _finding(finding: Finding) -> Iterator[str]:
    yield f"<p>{escape(headline(finding))}</p>"
    if finding.expected is not None or finding.actual is not None:
        expected, actual = value_text(finding.expected), value_text(finding.actual)
        yield f"<pre>expected {escape(expected)}\nactual   {escape(actual)}</pre>"


def _trace(case: CaseResult, trace: Sequence[TraceEntry]) -> Iterator[str]:
    if not trace:
        return
    blamed = {finding.entry for finding in case.findings if finding.entry is not None}
    first, last = _window(len(trace), blamed)
    yield '<div class="scroll"><table class="trace">'
    yield "<caption class='skip'>What was sent and received, in order</caption>"
    yield '<thead><tr><th scope="col">ms</th><th scope="col">inbox</th>'
    yield '<th scope="col">way</th><th scope="col">what</th></tr></thead><tbody>'
    for index in range(first, last):
        yield _entry(trace[index], index in blamed)
    yield "</tbody></table></div>"
    if last - first < len(trace):
        left = len(trace) - (last - first)
        yield f'<p class="soft">{left} entries left out; all of them: {escape(case.trace)}</p>'


def _window(length: int, blamed: set[int]) -> tuple[int, int]:
    """The rows to show: around the first blamed entry, else the end, where a wait stopped."""
    if length <= MOST_ENTRIES:
        return 0, length
    last = min(length, min(blamed) + MOST_ENTRIES // 2) if blamed else length
    last = max(last, MOST_ENTRIES)
    return last - MOST_ENTRIES, last


def _entry(entry: TraceEntry, blamed: bool) -> str:
    way = "← in" if entry.direction == "in" else "→ out"
    what = value_text(entry.value, LONGEST_FRAME)
    note = f' <span class="soft">{escape(entry.note)}</span>' if entry.note else ""
    kind = "" if entry.kind in ("frame", "event") else f"{escape(entry.kind)} "
    style = ' class="blamed"' if blamed else ""
    return (
        f"<tr{style}><td>{entry.t_ms:.1f}</td><td>{escape(entry.inbox)}</td><td>{way}</td>"
        f"<td>{kind}<code>{escape(what)}</code>{note}</td></tr>"
    )
