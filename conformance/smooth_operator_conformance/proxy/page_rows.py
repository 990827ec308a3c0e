"""The timeline of the trace page: a row a frame, runs of tokens folded, verdicts in place."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from smooth_operator_conformance.proxy.violations import Violation
from smooth_operator_conformance.records import TraceEntry
from smooth_operator_conformance.reporting.wording import shorten, value_text

Json = Any
Verdicts = Mapping[int, Sequence[Violation]]
MOST_ROWS = 5_000
"""Rows of the page; beyond, only frames that broke something. The recording is whole."""
LONG_GAP = 250.0
"""Milliseconds from which a pause is pointed out."""
LONGEST_LINE = 160
LONGEST_FRAME = 20_000
_FOLDED = frozenset({"stream_token", "stream_reasoning"})


def rows(entries: Sequence[TraceEntry], verdicts: Verdicts) -> Iterator[str]:
    """Every row, in order."""
    last, shown, left = 0.0, 0, 0
    for first, end in _runs(entries, verdicts):
        entry = entries[first]
        if shown < MOST_ROWS or first in verdicts:
            shown += 1
            yield _row(entries, first, end, entry.t_ms - last, verdicts.get(first, ()))
        else:
            left += end - first
        last = entries[end - 1].t_ms
    if left:
        yield f'<tr><td colspan="4" class="soft">{left} entries are in the recording only</td></tr>'


def _runs(entries: Sequence[TraceEntry], verdicts: Verdicts) -> Iterator[tuple[int, int]]:
    """Entries that make a row: single ones, and tokens of one turn that stand together."""
    index = 0
    while index < len(entries):
        end = index + 1
        key = _fold_key(entries[index])
        if key is not None and index not in verdicts:
            while end < len(entries) and end not in verdicts and _fold_key(entries[end]) == key:
                end += 1
        yield index, end
        index = end


def _fold_key(entry: TraceEntry) -> tuple[str, str, str] | None:
    value = entry.value
    if entry.direction != "in" or not isinstance(value, dict) or value.get("type") not in _FOLDED:
        return None
    return entry.inbox, str(value["type"]), str(value.get("requestId"))


def _row(
    entries: Sequence[TraceEntry], first: int, end: int, gap: float, found: Sequence[Violation]
) -> str:
    entry = entries[first]
    style: list[str] = [entry.direction]
    if entry.kind != "frame":
        style.append("life")
    if found:
        style.append("broken" if any(v.binding for v in found) else "odd")
    what = _folded(entries[first:end]) if end - first > 1 else _frame(entry)
    verdicts = "".join(map(_verdict, found))
    return (
        f'<tr id="e{first}" class="{" ".join(style)}" data-on="{escape(entry.inbox)}">'
        f'<td class="t">{_clock(entry.t_ms)}</td>{_gap(gap)}'
        f'<td class="on">{escape(entry.inbox)}</td>'
        f'<td class="what"><div class="lane">{what}{verdicts}</div></td></tr>'
    )


def _clock(t_ms: float) -> str:
    minutes, rest = divmod(t_ms / 1000, 60)
    return f"{int(minutes)}:{rest:06.3f}"


def _gap(gap: float) -> str:
    long = " long" if gap >= LONG_GAP else ""
    text = f"+{gap:.1f}" if gap < 100 else f"+{gap:,.0f}"
    bar = min(6.0, 1.1 * math.log10(1 + max(gap, 0.0)))
    return f'<td class="gap{long}">{text} ms<i style="width:{bar:.2f}rem"></i></td>'


def _way(entry: TraceEntry) -> str:
    if entry.direction == "out":
        return '<span class="way" title="client to server">client →</span>'
    return '<span class="way" title="server to client">← server</span>'


def _frame(entry: TraceEntry) -> str:
    if entry.kind != "frame":
        return f"{_way(entry)} {escape(_life(entry))}"
    note = f' <span class="soft">{escape(entry.note)}</span>' if entry.note else ""
    masked = ' <span class="soft">secrets masked</span>' if entry.redacted else ""
    pretty = json.dumps(entry.value, ensure_ascii=False, indent=1)
    return (
        f"<details><summary>{_way(entry)} {_headline(entry.value)}{note}{masked}</summary>"
        f"<pre>{escape(shorten(pretty, LONGEST_FRAME))}</pre></details>"
    )


def _headline(value: Json) -> str:
    """What a frame is, and the rest of it in one line."""
    if not isinstance(value, dict):
        return f"<code>{escape(value_text(value, LONGEST_LINE))}</code>"
    name = str(value.get("action") or value.get("type") or "?")
    rest = {k: v for k, v in value.items() if k not in ("action", "type", "timestamp")}
    text = escape(value_text(rest, LONGEST_LINE)) if rest else ""
    return f'<b>{escape(name)}</b> <code class="soft">{text}</code>'


def _folded(run: Sequence[TraceEntry]) -> str:
    """Tokens in a row: how many, and their text."""
    text = "".join(str(entry.value.get("token")) for entry in run)
    kind = escape(str(run[0].value["type"]))
    listed = "\n".join(f"{_clock(e.t_ms)}  {value_text(e.value, 1_000)}" for e in run[:200])
    more = f"\n… {len(run) - 200} more" if len(run) > 200 else ""
    return (
        f"<details><summary>{_way(run[0])} <b>{kind}</b> × {len(run)} "
        f"<code>{escape(value_text(text, LONGEST_LINE))}</code></summary>"
        f"<pre>{escape(listed + more)}</pre></details>"
    )


def _life(entry: TraceEntry) -> str:
    """Opening and closing, in words."""
    value = entry.value if isinstance(entry.value, dict) else {}
    if "open" in value:
        return "opened" if value["open"] == 101 else f"refused: {value['open']}"
    if "cut" in value:
        ways = {"close": "closed the connection", "fin": "went without a close frame"}
        code = f" ({value['code']})" if "code" in value else ""
        return ways.get(str(value["cut"]), "reset the connection") + code
    reason = f" {value['reason']}" if value.get("reason") else ""
    return f"closed the connection ({value.get('code')}){reason}"


def _verdict(found: Violation) -> str:
    whose = f"{found.side} breaks" if found.binding else f"{found.side}, not promised here:"
    return (
        f'<div class="verdict"><p>{escape(whose)} <b>{escape(found.requirement)}</b> '
        f"{escape(found.sentence)}</p>"
        f'<p class="soft">{escape(found.what)} · at <code>{escape(found.path)}</code></p></div>'
    )
