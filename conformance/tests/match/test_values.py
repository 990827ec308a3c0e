"""Value matchers: what fits, what does not, and that a value always fits itself."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from smooth_operator_conformance.match.values import ABSENT, Matcher, equal, match

SCALARS = st.none() | st.booleans() | st.integers(-(10**6), 10**6) | st.text(max_size=5)
KEYS = st.text("abcxyz", min_size=1, max_size=3)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


def fits(expected: Any, actual: Any, **known: Any) -> bool:
    return match(expected, actual, known)[0] is None


@given(VALUES)
def test_a_value_matches_itself(value: Any) -> None:
    assert fits(value, json.loads(json.dumps(value)))


@given(VALUES, VALUES)
def test_scalars_and_arrays_match_only_what_equals_them(left: Any, right: Any) -> None:
    if equal(left, right):
        assert fits(left, right)
    elif not isinstance(left, dict | list) or type(left) is not type(right):
        assert not fits(left, right)


@given(st.dictionaries(KEYS, SCALARS, min_size=1, max_size=5), st.data())
def test_objects_are_partial(whole: dict[str, Any], data: st.DataObject) -> None:
    kept = data.draw(st.sets(st.sampled_from(sorted(whole))))
    assert fits({key: whole[key] for key in kept}, whole)
    dropped = data.draw(st.sampled_from(sorted(whole)))
    rest = {key: value for key, value in whole.items() if key != dropped}
    assert not fits(whole, rest)


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        (10, 10.0),
        (None, None),
        ({"a": {"$absent": True}}, {"b": 1}),
        ({"a": {"$any": True}}, {"a": None}),
        ({"$type": "uuid"}, "0B0E4C52-94a7-4b5e-8f0b-6f0e7f6f3a01"),
        ({"$type": "integer"}, 3.0),
        ({"$type": "ms"}, 1_760_000_000_000),
        ({"$type": "iso"}, "2026-03-01T10:00:05.120Z"),
        ({"$match": "^p\\*+@x"}, "p***@x.org"),
        ({"a": {"$in": [None, "$absent"]}}, {}),
        ({"a": {"$in": [None, "$absent"]}}, {"a": None}),
        ({"$not": {"$match": "key"}}, "lock"),
        ({"$ends": [{"role": "tool"}]}, [{"role": "user"}, {"role": "tool", "x": 1}]),
        ({"$ends": "lo"}, "hello"),
        ({"$has": [{"id": 2}]}, [{"id": 1}, {"id": 2, "y": 0}]),
        ({"$has": "ell"}, "hello"),
        ({"$len": 2}, [1, 2]),
        ({"$len": {"$lte": 3}}, "abc"),
        ({"$gte": 1, "$lte": 2}, 1.5),
        ({"$is": {"$any": 1, "$ref": "#/x"}}, {"$ref": "#/x", "$any": 1}),
        ({"$ref": "#/x"}, {"$ref": "#/x", "$defs": {}}),
        ({"$keys": ["a", "b"]}, {"b": 1, "a": 2}),
        ({"$keys": [], "$headers": {"x": "1"}}, {"$headers": {"x": "1"}}),
        ({"$json": {"status": "declined"}}, '{"status":"declined","message":"…"}'),
        ({"$type": "object", "a": 1}, {"a": 1}),
        ({}, {"anything": 1}),
    ],
)
def test_what_fits(expected: Any, actual: Any) -> None:
    assert fits(expected, actual)


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        (1, True),
        (True, 1),
        (0, False),
        (None, 0),
        ({"a": None}, {}),
        ({"a": {"$absent": True}}, {"a": None}),
        ({"a": {"$any": True}}, {}),
        ([1, 2], [1, 2, 3]),
        ({"$type": "uuid"}, "0b0e4c52-94a7-4b5e-8f0b-6f0e7f6f3a0"),
        ({"$type": "integer"}, True),
        ({"$type": "integer"}, 3.5),
        ({"$type": "ms"}, 1_760_000_000),
        ({"$type": "iso"}, "2026-03-01T10:00:05Z"),
        ({"$type": "null"}, ABSENT),
        ({"$not": "x"}, ABSENT),
        ({"$not": "x"}, "x"),
        ({"$ends": [1, 2]}, [2]),
        ({"$has": [{"id": 3}]}, [{"id": 1}]),
        ({"$keys": ["a"]}, {"a": 1, "b": 2}),
        ({"$json": {}}, "{nope"),
        ({"$gte": 1}, "2"),
        ({"$is": {"a": 1}}, {"a": 1, "b": 2}),
        ({"$is": {"a": 1}}, {}),
        ({}, []),
    ],
)
def test_what_does_not_fit(expected: Any, actual: Any) -> None:
    assert not fits(expected, actual)


def test_remembers_only_when_the_whole_match_succeeds() -> None:
    wrong, found = match({"a": {"$as": "x"}, "b": 2}, {"a": 1, "b": 3}, {})
    assert wrong is not None
    assert wrong.path == "/b"
    assert found == {}
    wrong, found = match({"a": {"$as": "x", "$type": "integer"}}, {"a": 1}, {})
    assert (wrong, found) == (None, {"x": 1})


def test_an_alternative_that_fails_remembers_nothing() -> None:
    matcher = Matcher({})
    option = {"$in": [{"a": {"$as": "x"}, "b": 9}, {"a": 1}]}
    assert matcher.match(option, {"a": 1, "b": 2}) is None
    assert matcher.found == {}


def test_same_compares_all_but_some_paths() -> None:
    before = {"id": 1, "at": 5, "data": {"at": 6, "x": 1}}
    after = {"id": 1, "at": 7, "data": {"at": 8, "x": 1}}
    assert fits({"$same": "b", "but": ["at", "data.at"]}, after, b=before)
    assert not fits({"$same": "b", "but": ["at"]}, after, b=before)
    assert not fits({"$same": "b", "but": ["at", "data.at"]}, {**after, "more": 1}, b=before)


def test_same_ignores_transport_headers() -> None:
    before = {"a": 1, "$headers": {"x-try": "1"}}
    assert fits({"$same": "b"}, {"a": 1, "$headers": {"x-try": "2"}}, b=before)


@given(VALUES)
def test_same_holds_for_an_equal_value_and_says_where_not(value: Any) -> None:
    wrapped = {"v": value}
    assert fits({"$same": "b"}, json.loads(json.dumps(wrapped)), b=wrapped)
    wrong, _ = match({"$same": "b"}, {"v": value, "extra": 1}, {"b": wrapped})
    assert wrong is not None
    assert wrong.path == "/extra"
