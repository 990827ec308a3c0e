"""Faults of order and number keep everything else plausible."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from smooth_operator_conformance.mutants import flow, log
from smooth_operator_conformance.mutants.tape import Entries, Tape
from smooth_operator_conformance.records import TraceEntry

Make = Callable[..., Tape]
Frames = dict[str, Callable[..., TraceEntry]]


def numbers(entries: Entries, inbox: str) -> list[int]:
    found = (entry.value for entry in entries if entry.inbox == inbox and entry.direction == "in")
    return [value["seq"] for value in found if isinstance(value, dict) and "seq" in value]


def texts(entries: Entries, inbox: str) -> list[str]:
    values = [entry.value for entry in entries if entry.inbox == inbox]
    return [v["token"] for v in values if v.get("type") == "stream_token"]


def ack(entries: Entries) -> dict[str, Any]:
    frames = (entry.value for entry in entries if entry.direction == "in")
    found: dict[str, Any] = next(v["data"] for v in frames if v.get("requestId") == "r")
    return found


def test_a_dropped_event_is_gone_everywhere_and_numbers_close_up(tape: Tape) -> None:
    _, entries = next(flow.drop(tape, "stream_token"))
    assert texts(entries, "a") == texts(entries, "b") == ["two"]
    assert numbers(entries, "a") == [1, 2, 3]
    assert numbers(entries, "b") == [2]
    assert ack(entries)["lastSeq"] == 3


def test_dropping_the_last_event_lowers_the_acks_last_number(tape: Tape) -> None:
    _, entries = next(flow.drop(tape, "eventual_response"))
    assert ack(entries)["lastSeq"] == 3
    assert ack(entries)["firstSeq"] == 1


def test_a_doubled_event_is_logged_twice(tape: Tape) -> None:
    _, entries = next(flow.duplicate(tape, "stream_token"))
    assert texts(entries, "a") == texts(entries, "b") == ["one ", "one ", "two"]
    assert numbers(entries, "a") == [1, 2, 3, 4, 5]
    assert ack(entries)["lastSeq"] == 5


def test_an_unnumbered_event_is_doubled_as_it_is(tape: Tape) -> None:
    _, entries = next(flow.duplicate(tape, "immediate_response"))
    assert len(entries) == len(tape.entries) + 1
    assert numbers(entries, "a") == [1, 2, 3, 4]


def test_replayed_copies_are_no_places_of_their_own(tape: Tape) -> None:
    assert len(list(flow.drop(tape, "stream_token"))) == 2
    assert len(list(flow.duplicate(tape, "stream_token"))) == 2


def test_a_swap_exchanges_neighbours_on_every_socket_and_keeps_numbers(tape: Tape) -> None:
    sites = list(flow.swap(tape, "stream_token", "stream_token"))
    _, entries = sites[0]
    assert texts(entries, "a") == texts(entries, "b") == ["two", "one "]
    assert numbers(entries, "a") == [1, 2, 3, 4]
    assert all("replay" in e.value for e in entries if e.inbox == "b" and "token" in e.value)


def test_a_swap_needs_neighbours(tape: Tape) -> None:
    assert list(flow.swap(tape, "turn_started", "eventual_response")) == []


def test_what_we_sent_in_between_forced_the_order(make: Make, frames: Frames) -> None:
    tape = make(
        frames["seen"]("a", "immediate_response", requestId="x"),
        frames["sent"]("a", action="ping", requestId="p"),
        frames["seen"]("a", "pong", requestId="p"),
    )
    assert list(flow.swap(tape, "immediate_response", "pong")) == []


def test_a_step_that_acts_forced_the_order(make: Make, frames: Frames, tape: Tape) -> None:
    entries = (
        frames["token"]("a", "x", 1),
        TraceEntry(0.0, "runner", "out", "step", step=4),
        frames["token"]("a", "y", 2),
    )
    assert len(list(flow.swap(make(*entries), "stream_token", "stream_token"))) == 1
    forced = Tape(entries, tape.surface, acting=frozenset({4}))
    assert list(flow.swap(forced, "stream_token", "stream_token")) == []


@pytest.mark.parametrize("kind", flow.LATE)
def test_something_comes_after_the_end(tape: Tape, kind: str) -> None:
    index, entries = next(flow.append_late(tape, kind))
    late = entries[index + 1].value
    assert late["type"] == kind
    assert late["requestId"] == "t1"
    assert late["seq"] == 5
    if "requestId" in late.get("data", {}):
        assert late["data"]["requestId"] == "t1"


def test_an_answering_error_ends_no_turn(make: Make, frames: Frames) -> None:
    refusal = {"code": "TURN_IN_PROGRESS", "message": "m"}
    tape = make(frames["seen"]("a", "error", requestId="t", error=refusal))
    assert list(flow.append_late(tape, "stream_token")) == []
    failure = {"code": "AGENT_ERROR", "message": "m"}
    tape = make(frames["seen"]("a", "error", requestId="t", error=failure))
    assert len(list(flow.append_late(tape, "error"))) == 1


def test_another_request_id_at_every_level(tape: Tape) -> None:
    index, entries = next(flow.wrong_request_id(tape, "stream_token"))
    value = entries[index].value
    assert value["requestId"] == value["data"]["requestId"] == flow.STRANGER
    assert entries[11].value["requestId"] == flow.STRANGER


def test_a_replay_alone_may_tell_another_id(tape: Tape) -> None:
    *_, (index, entries) = flow.wrong_request_id(tape, "stream_token")
    assert entries[index].value["replay"]
    ids = [e.value["requestId"] for e in entries if e.value.get("token") == "two"]
    assert ids == ["t1", flow.STRANGER]


def test_no_request_id_at_any_level(tape: Tape) -> None:
    index, entries = next(flow.no_request_id(tape, "eventual_response"))
    value = entries[index].value
    assert "requestId" not in value
    assert "requestId" not in value["data"]


def test_a_skipped_number(tape: Tape) -> None:
    _, entries = next(log.seq_skip(tape))
    assert numbers(entries, "a") == [1, 3, 4, 5]
    _, entries = next(log.seq_repeat(tape))
    assert numbers(entries, "a") == [1, 1, 2, 3]


def test_replays_on_the_resumed_socket_only(tape: Tape) -> None:
    _, entries = next(log.replay_drop(tape, 0))
    assert (texts(entries, "a"), texts(entries, "b")) == (["one ", "two"], ["two"])
    _, entries = next(log.replay_double(tape, -1))
    assert texts(entries, "b") == ["one ", "two", "two"]
    _, entries = next(log.replay_timestamp(tape, "stream_token"))
    assert [e.value["timestamp"] for e in entries if e.value.get("token") == "one "] == [1, 2]
    _, entries = next(log.replay_unmarked(tape))
    assert len([e for e in entries if e.inbox == "b" and "replay" in e.value]) == 1


def test_a_page_is_told_again(make: Make, frames: Frames) -> None:
    sent, seen = frames["sent"], frames["seen"]
    tape = make(
        sent("a", action="list_conversations", requestId="1"),
        seen("a", "immediate_response", requestId="1", data={"conversations": [1]}),
        sent("a", action="list_conversations", requestId="2", cursor="c"),
        seen("a", "immediate_response", requestId="2", data={"conversations": [2]}),
        sent("a", action="list_conversations", requestId="3"),
        seen("a", "immediate_response", requestId="3", data={"conversations": [3]}),
    )
    [(index, entries)] = log.page_repeat(tape)
    assert index == 3
    assert entries[3].value["data"] == {"conversations": [1]}


def test_another_close(make: Make) -> None:
    closed = TraceEntry(0.0, "a", "in", "closed", {"code": 1001, "reason": "server draining"})
    [(_, entries)] = log.close_code(make(closed))
    assert entries[0].value["code"] != 1001
    [(_, entries)] = log.close_reason(make(closed))
    assert entries[0].value["reason"] != "server draining"


OPERATORS = [
    lambda tape: flow.drop(tape, "stream_token"),
    lambda tape: flow.duplicate(tape, "stream_token"),
    lambda tape: flow.swap(tape, "stream_token", "stream_token"),
    lambda tape: flow.append_late(tape, "stream_token"),
]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.lists(st.text(min_size=1, max_size=3), max_size=8), which=st.integers(0, 3))
def test_numbers_stay_gap_free_and_something_changes(
    make: Make, frames: Frames, words: list[str], which: int
) -> None:
    tokens = [frames["token"]("a", word, number) for number, word in enumerate(words, 1)]
    tape = make(*tokens, frames["ended"]("a", len(words) + 1))
    for _, entries in OPERATORS[which](tape):
        found = numbers(entries, "a")
        assert found == list(range(1, len(found) + 1))
        assert entries != tape.entries


@pytest.mark.parametrize("text", ["nope", "[" * 100_000, "3"])
def test_text_that_is_no_frame_is_left_alone(make: Make, text: str) -> None:
    assert make(TraceEntry(0.0, "a", "out", "frame", text)).frames == []


def test_a_frame_sent_as_text_is_known(make: Make, frames: Frames) -> None:
    text = '{"action":"get_session","requestId":"x","requestId":"q"}'
    answer = frames["seen"]("a", "immediate_response", requestId="q")
    tape = make(TraceEntry(0.0, "a", "out", "frame", text), answer)
    assert tape.request(1)["action"] == "get_session"
