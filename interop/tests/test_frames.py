"""Which frames count, and that the models really refuse."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from smooth_operator_conformance.record_io import write_trace
from smooth_operator_conformance.records import Direction, EntryKind, TraceEntry, TraceHeader

from interop.environments import Published
from interop.frames import Sent, frames_of, undeclared
from interop.reading import NotRead, read, spoil

Json = Any
PONG = {"type": "pong", "requestId": "p", "timestamp": 1}
ACK = {"type": "immediate_response", "requestId": "g", "data": {"sessionId": "s"}}


def entry(inbox: str, direction: Direction, value: Json, kind: EntryKind = "frame") -> TraceEntry:
    return TraceEntry(0.0, inbox, direction, kind, value)


def opened(inbox: str) -> TraceEntry:
    return entry(inbox, "in", {"open": 101}, "event")


def test_a_connection_that_says_hello_does_not_count() -> None:
    hello = entry("a", "out", {"action": "hello", "requestId": "h", "supports": []})
    entries = [opened("a"), opened("b"), hello, entry("a", "in", PONG), entry("b", "in", PONG)]
    assert list(undeclared(entries)) == [(PONG, "")]


def test_frames_before_the_hello_do_not_count_either() -> None:
    hello = entry("a", "out", {"action": "hello"})
    assert list(undeclared([opened("a"), entry("a", "in", PONG), hello])) == []


def test_a_name_opened_again_is_another_connection() -> None:
    hello = entry("a", "out", {"action": "hello"})
    entries = [opened("a"), hello, entry("a", "in", PONG), opened("a"), entry("a", "in", ACK)]
    assert list(undeclared(entries)) == [(ACK, "")]


def test_answers_know_their_action_unless_the_id_names_two() -> None:
    ask = entry("a", "out", {"action": "get_session", "requestId": "g"})
    other = entry("a", "out", {"action": "send_message", "requestId": "g"})
    answer = entry("a", "in", ACK)
    assert list(undeclared([ask, answer])) == [(ACK, "get_session")]
    assert list(undeclared([ask, other, answer])) == [(ACK, "")]


def test_models_and_tools_are_no_connections() -> None:
    entries = [entry("model:main", "in", {"messages": []}, "http"), entry("otp", "in", {}, "http")]
    assert list(undeclared(entries)) == []


def test_frames_of_a_report(tmp_path: Path) -> None:
    write_trace(tmp_path, TraceHeader("x/y", "t", "c"), [opened("a"), entry("a", "in", PONG)])
    assert list(frames_of(tmp_path)) == [Sent("x/y[c]", PONG)]


def test_good_frames_are_read_and_spoilt_ones_seen_to_be_refused(published: Published) -> None:
    reading = read(published, [Sent("x/y", PONG), Sent("x/y", ACK, "get_session")])
    assert reading.types == {"pong": 1, "immediate_response": 1}
    assert reading.replies == {"get_session": 1}
    assert reading.refused == ()
    assert reading.spoilt == 2


@pytest.mark.parametrize(
    ("frame", "why"),
    [
        ({**PONG, "extra": 1}, "extra"),
        ({**PONG, "type": "welcome"}, "no event that this client knows"),
        ("text", "no event that this client knows"),
        ({**ACK, "data": {}}, "sessionId"),
    ],
)
def test_a_malformed_frame_is_refused(published: Published, frame: Json, why: str) -> None:
    sent = [Sent("x/y", PONG), Sent("x/z", frame, "get_session")]
    reading = read(published, sent)
    assert [(r["case"], why in r["why"]) for r in reading.refused] == [("x/z", True)]


def test_models_that_take_everything_are_no_check(
    published: Published, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "smooth_operator.py"
    package.write_text("is_server_event = parse_event = lambda frame: True\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(NotRead, match="takes spoilt frames too: pong"):
        read(published, [Sent("x/y", PONG)])


def test_no_frames_are_no_reading(published: Published) -> None:
    with pytest.raises(NotRead, match="no frame"):
        read(published, [])


def test_one_spoilt_frame_of_each_type() -> None:
    spoilt = spoil([Sent("a", PONG), Sent("b", PONG), Sent("c", ACK), Sent("d", "text")])
    assert [s.case for s in spoilt] == ["a", "c"]
    assert all("spoilt" in s.frame for s in spoilt)
