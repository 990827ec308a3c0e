"""Faults of value alter one thing, in all its copies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from smooth_operator_conformance.mutants import fields
from smooth_operator_conformance.mutants.surface import Leaf, Surface
from smooth_operator_conformance.mutants.tape import REMOVE, Tape, places, stored
from smooth_operator_conformance.records import TraceEntry

Make = Callable[..., Tape]
Frames = dict[str, Callable[..., TraceEntry]]


def leaf(surface: Surface, name: str) -> Leaf:
    return next(leaf for leaf in surface.leaves if leaf.name == name)


def test_twins_and_copies_change_together(tape: Tape, surface: Surface) -> None:
    index, entries = next(fields.alter(tape, leaf(surface, "stream_token.token"), fields.cut))
    for found in (entries[index].value, entries[11].value):
        assert found["token"] == found["data"]["token"] == "one"


def test_a_code_changes_at_both_places(make: Make, frames: Frames, surface: Surface) -> None:
    refusal = {"code": "SESSION_NOT_FOUND", "message": "m"}
    error = frames["seen"]("a", "error", requestId="q", error=refusal, data={"error": refusal})
    code = leaf(surface, "error.code")
    change = fields.flip("SESSION_NOT_FOUND", code.members)
    [(_, entries)] = fields.alter(make(error), code, change)
    value = entries[0].value
    assert value["error"]["code"] == value["data"]["error"]["code"] != "SESSION_NOT_FOUND"
    assert value["error"]["code"] in code.members
    assert value["error"]["message"] == "m"


def test_another_member_has_no_place(make: Make, frames: Frames, surface: Surface) -> None:
    code = leaf(surface, "error.code")
    error = frames["seen"]("a", "error", error={"code": "AGENT_ERROR", "message": "m"})
    change = fields.flip("SESSION_NOT_FOUND", code.members)
    assert list(fields.alter(make(error), code, change)) == []


def test_an_ack_is_known_by_what_it_answers(tape: Tape, surface: Surface) -> None:
    name = leaf(surface, "create_conversation_session.agentName")
    [(index, entries)] = fields.alter(tape, name, fields.cut)
    assert index == 1
    assert entries[1].value["data"]["agentName"] == "Sho"


def test_array_items_are_places(tape: Tape, surface: Surface) -> None:
    part = leaf(surface, "eventual_response.response.responseParts[]")
    [(index, entries)] = fields.alter(tape, part, fields.cut)
    assert entries[index].value["data"]["data"]["response"]["responseParts"] == ["one tw"]


def test_a_field_is_left_out(tape: Tape, surface: Surface) -> None:
    usage = leaf(surface, "eventual_response.usage")
    [(index, entries)] = fields.alter(tape, usage, fields.remove)
    assert "usage" not in entries[index].value["data"]["data"]


def test_a_skew_changes_the_second_mention_only(tape: Tape) -> None:
    index, entries = next(fields.skew(tape, "stream_token", ("token",), ("data", "token")))
    assert entries[index].value["token"] == "one "
    assert entries[index].value["data"]["token"] != "one "


@pytest.mark.parametrize(
    ("change", "value", "expected"),
    [
        (fields.flip(None, ()), True, False),
        (fields.flip(None, ()), "x", fields.UNCHANGED),
        (fields.nudge(1), 2, 3),
        (fields.nudge(-1), 0.5, 0.4),
        (fields.nudge(1), True, fields.UNCHANGED),
        (fields.later(1), "2026-03-01T10:00:05.999Z", "2026-03-01T10:00:05.000Z"),
        (fields.later(-1), "2026-03-01T10:00:05.120Z", "2026-03-01T10:00:05.119Z"),
        (fields.later(1), "soon", fields.UNCHANGED),
        (fields.cut, "ab", "a"),
        (fields.cut, "", "x"),
        (fields.cut, None, fields.UNCHANGED),
        (fields.shorten, [1, 2], [1]),
        (fields.shorten, [], fields.UNCHANGED),
        (fields.reorder, [1, 1, 2], [2, 1, 1]),
        (fields.reorder, [1, 1], fields.UNCHANGED),
    ],
)
def test_changes(change: fields.Change, value: Any, expected: Any) -> None:
    assert change(value) == expected


@given(st.lists(st.integers(0, 3)))
def test_reordering_keeps_the_items(items: list[int]) -> None:
    found = fields.reorder(items)
    if found is fields.UNCHANGED:
        assert len(set(items)) < 2
    else:
        assert sorted(found) == sorted(items)
        assert found != items


@given(st.recursive(st.booleans() | st.integers() | st.text(), st.lists, max_leaves=4))
def test_blending_always_changes(value: Any) -> None:
    assert fields.blend(value) != value


def test_storing_leaves_the_original_alone() -> None:
    value = {"a": [{"b": 1}]}
    assert list(places(value, ("a", "[]", "b"))) == [("a", 0, "b")]
    assert stored(value, ("a", 0, "b"), 2) == {"a": [{"b": 2}]}
    assert stored(value, ("a", 0, "b"), REMOVE) == {"a": [{}]}
    assert value == {"a": [{"b": 1}]}
