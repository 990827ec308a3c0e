"""The trace page: whole, without outside resources, and nothing in a frame can steer it."""

from __future__ import annotations

import re
from typing import Any

from smooth_operator_conformance.proxy.page import render
from smooth_operator_conformance.proxy.page_rows import MOST_ROWS
from smooth_operator_conformance.proxy.violations import Violation
from smooth_operator_conformance.records import TraceEntry

Json = Any


def entry(t_ms: float, value: Json, direction: Any = "in", kind: Any = "frame") -> TraceEntry:
    return TraceEntry(t_ms, "a", direction, kind, value)


def token(t_ms: float, text: str) -> TraceEntry:
    return entry(t_ms, {"type": "stream_token", "requestId": "t", "token": text})


def page(*entries: TraceEntry, violations: tuple[Violation, ...] = ()) -> str:
    return render(entries, violations, title="ws://x/ws", replay="smooth-conformance run")


def broken(index: int, *, binding: bool = True) -> Violation:
    return Violation(
        "TURN-005", "Nothing follows.", "x <after>", "/type", "server", "a", index, {}, binding
    )


def test_it_needs_nothing_from_outside() -> None:
    text = page(entry(0, {"open": 101}, kind="event"))
    assert "default-src 'none'" in text
    assert not re.search(r'(src|href)="(?!#)', text)
    assert "color-scheme: light dark" in text


def test_frames_cannot_break_out_of_their_row() -> None:
    evil = {"type": "</script><script>alert(1)</script>", "<b>": '"&'}
    text = page(entry(0, evil), entry(1, "<img src=x>", "out"))
    assert "<script>alert" not in text
    assert "<img" not in text


def test_tokens_that_stand_together_are_one_row_and_gaps_are_told() -> None:
    text = page(token(10.0, "Tu"), token(11.5, "esday"), token(900.0, "."))
    assert text.count('<tr id="e') == 1
    assert "× 3" in text
    assert "&quot;Tuesday.&quot;" in text
    late = page(token(10.0, "Tu"), entry(900.0, {"type": "pong"}))
    assert "+890 ms" in late
    assert 'class="gap long"' in late


def test_a_verdict_stands_in_its_place_and_is_linked() -> None:
    text = page(token(1, "a"), token(2, "b"), violations=(broken(1),))
    assert text.count('<tr id="e') == 2
    row = text.partition('<tr id="e1"')[2].partition("</tr>")[0]
    assert "TURN-005" in row
    assert "Nothing follows." in row
    assert "x &lt;after&gt;" in row
    assert row.startswith(' class="in broken"')
    assert '<a href="#e1">1</a>' in text


def test_what_is_not_promised_looks_otherwise() -> None:
    text = page(token(1, "a"), violations=(broken(0, binding=False),))
    assert 'class="in odd"' in text
    assert "<b>0</b> violations by the server" in text


def test_a_long_recording_keeps_its_violations_on_the_page() -> None:
    many = [entry(i, {"type": "pong", "requestId": str(i)}) for i in range(MOST_ROWS + 50)]
    text = page(*many, violations=(broken(MOST_ROWS + 20),))
    assert f'id="e{MOST_ROWS + 20}"' in text
    assert "49 entries are in the recording only" in text
