"""A trace on the HTML page: one row an entry, with the time since the one before as a bar.

Steps of the scenario are headings between the rows. A row tells the frame in a few words; the
whole of it opens below. The blamed row is open from the start.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape

from smooth_operator_conformance.records import CaseResult, Json, TraceEntry
from smooth_operator_conformance.reporting.wording import shorten, value_text

MOST_ENTRIES = 400
"""Rows of one trace on the page; the trace file beside it is whole."""
LONGEST_FRAME = 4000
LONGEST_LINE = 150
LONG_GAP = 100.0
"""Milliseconds from which a gap is told in bold."""
KEYS = ("type", "action", "event", "open", "cut", "exit", "code", "model", "status")
"""What names an entry, in the order in which it is told."""


def timeline(case: CaseResult, trace: Sequence[TraceEntry]) -> Iterator[str]:
    """The rows of a trace; nothing without one."""
    if not trace:
        return
    blamed = {finding.entry for finding in case.findings if finding.entry is not None}
    steps = {finding.step for finding in case.findings if finding.step is not None}
    first, last = window(len(trace), blamed)
    widest = max((gap for _, gap in _gaps(trace, first, last)), default=0.0)
    yield '<p class="soft">Timeline: milliseconds since the first step, then since the row above.'
    yield "</p>"
    yield '<ol class="timeline">'
    for index, gap in _gaps(trace, first, last):
        entry = trace[index]
        if entry.kind == "step":
            yield _step(entry, entry.step in steps)
        else:
            yield _entry(entry, gap, widest, blamed=index in blamed)
    yield "</ol>"
    if last - first < len(trace):
        left = len(trace) - (last - first)
        yield f'<p class="soft">{left} entries left out; all of them: {escape(case.trace)}</p>'


def window(length: int, blamed: set[int]) -> tuple[int, int]:
    """The rows to show: around the first blamed entry, else the end, where a wait stopped."""
    if length <= MOST_ENTRIES:
        return 0, length
    last = min(length, min(blamed) + MOST_ENTRIES // 2) if blamed else length
    last = max(last, MOST_ENTRIES)
    return last - MOST_ENTRIES, last


def _gaps(trace: Sequence[TraceEntry], first: int, last: int) -> Iterator[tuple[int, float]]:
    """Each index with the milliseconds since the row above that is not a heading."""
    before = trace[first].t_ms if first < last else 0.0
    for index in range(first, last):
        yield index, max(0.0, trace[index].t_ms - before)
        if trace[index].kind != "step":
            before = trace[index].t_ms


def _step(entry: TraceEntry, failed: bool) -> str:
    value = entry.value if isinstance(entry.value, dict) else {}
    name = "end" if value.get("end") else str(value.get("verb", ""))
    number = "" if entry.step is None else f"step {entry.step} "
    style = ' class="step failed"' if failed else ' class="step"'
    told = " · failed" if failed else ""
    return f"<li{style}><span>{escape(number)}</span><b>{escape(name)}</b>{told}</li>"


def _entry(entry: TraceEntry, gap: float, widest: float, *, blamed: bool) -> str:
    way, word = ("←", "in") if entry.direction == "in" else ("→", "out")
    note = f' <span class="soft">{escape(entry.note)}</span>' if entry.note else ""
    long = " long" if gap >= LONG_GAP else ""
    return (
        f'<li class="entry {word}{" blamed" if blamed else ""}"><details{" open" * blamed}>'
        f'<summary><span class="at">{entry.t_ms:.1f}</span>'
        f'<span class="gap{long}"><i style="width:{_width(gap, widest)}%"></i>+{_ms(gap)}</span>'
        f'<span class="inbox">{escape(entry.inbox)}</span>'
        f'<span class="way" aria-label="{word}">{way}</span>'
        f'<span class="what">{_told(entry)}{note}</span></summary>'
        f"<pre>{escape(value_text(entry.value, LONGEST_FRAME))}</pre></details></li>"
    )


def _ms(gap: float) -> str:
    return f"{gap:.0f} ms" if gap >= 10 else f"{gap:.1f} ms"


def _width(gap: float, widest: float) -> int:
    """Per cent of the bar; logarithmic, because gaps differ by orders of magnitude."""
    if widest <= 0:
        return 0
    return round(100 * math.log1p(gap) / math.log1p(widest))


def _told(entry: TraceEntry) -> str:
    kind = "" if entry.kind in ("frame", "event") else f"{escape(entry.kind)} "
    value = entry.value
    if not isinstance(value, dict):
        return f"{kind}<code>{escape(shorten(value_text(value, 600), LONGEST_LINE))}</code>"
    name = next((str(value[key]) for key in KEYS if isinstance(value.get(key), str | int)), "")
    rest = {k: v for k, v in value.items() if k not in ("timestamp", "$headers") and v != name}
    return f"{kind}<b>{escape(shorten(name, 80))}</b> <code>{escape(_line(rest))}</code>"


def _line(value: Json) -> str:
    return shorten(value_text(value, 600), LONGEST_LINE).removeprefix("{").removesuffix("}")
