"""One case on the HTML page: its findings, the line that replays it, its timed trace."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape

from smooth_operator_conformance.records import CaseResult, Finding, TargetInfo, TraceEntry
from smooth_operator_conformance.reporting.aggregate import WORDS
from smooth_operator_conformance.reporting.html_timeline import timeline
from smooth_operator_conformance.reporting.replaying import command
from smooth_operator_conformance.reporting.wording import headline, value_text


def anchor(case: CaseResult) -> str:
    """An id for the case, good in a URL and unique on the page."""
    return "case-" + slug(f"{case.label}@{case.target}")


def slug(text: str) -> str:
    """A text as part of an id: different texts stay different."""
    return re.sub(r"[^A-Za-z0-9]", lambda found: f"_{ord(found[0]):x}_", text)


def details(
    case: CaseResult, target: TargetInfo, trace: Sequence[TraceEntry], row_data: str
) -> str:
    """The `<details>` element of a case."""
    first = case.findings[0].message if case.findings else case.reason
    return "\n".join(
        (
            f'<details class="case" id="{anchor(case)}" {row_data}>',
            f'<summary><span class="mark {case.outcome}">{WORDS[case.outcome]}</span>',
            f"<code>{escape(case.label)}</code><span>on {escape(case.target)}</span>"
            f'<span class="soft">{case.duration_ms:.0f} ms</span>'
            f'<span class="gist">{escape(" ".join(first.split())[:200])}</span></summary>',
            "<div>",
            *_body(case, target),
            *timeline(case, trace),
            "</div>",
            "</details>",
        )
    )


def _body(case: CaseResult, target: TargetInfo) -> Iterator[str]:
    if case.reason:
        yield f"<p>{escape(case.reason)}</p>"
    for finding in case.findings:
        yield from _finding(finding)
    for note in case.notes:
        yield f'<p class="soft">{escape(note)}</p>'
    if case.outcome != "could-not-run":
        yield '<div class="command">'
        yield f"<pre>{escape(command(case, target))}</pre>"
        yield '<button type="button" data-copy hidden>Copy</button></div>'


def _finding(finding: Finding) -> Iterator[str]:
    yield f'<p class="finding">{escape(headline(finding))}</p>'
    if finding.expected is not None or finding.actual is not None:
        expected, actual = value_text(finding.expected), value_text(finding.actual)
        yield '<dl class="versus">'
        yield f"<dt>expected</dt><dd><pre>{escape(expected)}</pre></dd>"
        yield f"<dt>actual</dt><dd><pre>{escape(actual)}</pre></dd></dl>"
