"""A turn that was left running: after it nothing else can be told in the same lane."""

from __future__ import annotations

from typing import Any

import pytest
from smooth_operator_conformance.records import Direction, TraceEntry
from smooth_operator_conformance.run.lane import unfinished
from smooth_operator_conformance.scenario.load import parse_scenario

Json = Any
SEND = {"action": "send_message", "requestId": "t"}
ACK = {"type": "immediate_response", "requestId": "t", "status": 202}


def entry(direction: Direction, value: Json) -> TraceEntry:
    return TraceEntry(0.0, "a", direction, "frame", value)


@pytest.mark.parametrize(
    ("frames", "left"),
    [
        ([], False),
        ([("out", {"action": "ping", "requestId": "t"})], False),
        ([("out", SEND)], True),
        ([("out", SEND), ("in", ACK)], True),
        ([("out", SEND), ("in", ACK), ("in", {"type": "stream_token", "requestId": "t"})], True),
        (
            [("out", SEND), ("in", ACK), ("in", {"type": "eventual_response", "requestId": "t"})],
            False,
        ),
        ([("out", SEND), ("in", ACK), ("in", {"type": "cancelled", "requestId": "t"})], False),
        ([("out", SEND), ("in", {"type": "error", "requestId": "t"})], False),
        ([("out", SEND), ("in", {"type": "eventual_response", "requestId": "u"})], True),
        (
            [("out", {"action": "send_message"}), ("in", {"type": "cancelled", "requestId": "u"})],
            False,
        ),
        ([("out", "no frame"), ("in", None)], False),
    ],
)
def test_a_turn_without_its_end(frames: list[tuple[Direction, Json]], left: bool) -> None:
    assert unfinished(entry(direction, value) for direction, value in frames) is left


@pytest.mark.parametrize(
    ("step", "says"),
    [
        ({"open": {"on": "a"}}, False),
        ({"open": {"on": "a", "hello": []}}, True),
        ({"send": {"on": "a", "frame": {"action": "hello", "requestId": "h"}}}, True),
        ({"send": {"on": "a", "frame": {"action": "ping"}}}, False),
        ({"send": {"on": "a", "text": "{}"}}, False),
    ],
)
def test_who_says_hello(step: Json, says: bool) -> None:
    raw = {
        "name": "area/slug",
        "description": "Something with a step.",
        "requirements": ["TURN-001"],
        "kill": ["drop:pong"],
        "profile": "shared",
        "agents": {"main": {"script": []}},
        "steps": [step, {"expect": {"on": "a", "events": [{"type": "pong"}]}}],
    }
    (case,) = parse_scenario(raw, "area/slug").cases()
    assert case.says_hello is says
