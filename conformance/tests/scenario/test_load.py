"""Loading: the grammar refuses what it does not know, cases are filled in, checks are counted."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from smooth_operator_conformance.scenario.load import BadScenario, parse_scenario

GOOD: dict[str, Any] = {
    "name": "turns/x",
    "description": "Something must happen.",
    "requirements": ["TURN-001"],
    "kill": ["drop:pong"],
    "profile": "shared",
    "agents": {"main": {"script": []}},
    "steps": [
        {"open": {"on": "a", "hello": ["event_seq"]}},
        {"expect": {"on": "a", "events": [{"type": "pong"}], "end": True}},
    ],
}


def broken(**changes: Any) -> dict[str, Any]:
    return {**copy.deepcopy(GOOD), **changes}


def with_event(event: Any) -> dict[str, Any]:
    return broken(steps=[GOOD["steps"][0], {"expect": {"on": "a", "events": [event]}}])


def test_a_good_one_is_read_and_counted() -> None:
    scenario = parse_scenario(GOOD, "turns/x")
    assert scenario.checks == 3  # hello, type, end
    assert [case.name for case in scenario.cases()] == ["turns/x"]


@pytest.mark.parametrize(
    "raw",
    [
        broken(colour="red"),
        broken(profile="secret"),
        broken(requirements=[]),
        broken(requirements=["turn-1"]),
        broken(steps=[{"open": {"on": "a"}}]),
        broken(steps=[{"open": {"on": "a"}}, {"wait": 3}]),
        broken(steps=[{"open": {"on": "a"}}, {"open": {"on": "b"}, "release": "g"}]),
        broken(steps=[{"open": {"on": "a"}}, {"send": {"on": "a", "fram": {}}}]),
        broken(agents={"main": {}}),
        broken(agents={"main": {"script": [{"txt": "x"}]}}),
        broken(agents={"main": {"script": [], "colour": 1}}),
        with_event({"$matches": "x"}),
        with_event({"a": {"$type": "guid"}}),
        with_event({"a": [{"$match": "("}]}),
        with_event({"$tokens": "x", "frame": 2}),
        with_event({"$tokens": {"$len": 3}}),
        with_event({"$order": [[{"$nope": 1}]]}),
    ],
)
def test_what_is_wrong_is_refused(raw: dict[str, Any]) -> None:
    with pytest.raises(BadScenario):
        parse_scenario(raw, "turns/x")


def test_the_name_equals_the_path() -> None:
    with pytest.raises(BadScenario, match="its path says"):
        parse_scenario(GOOD, "turns/y")


def test_cases_are_rows_of_parameters() -> None:
    raw = broken(
        cases=[{"label": "one", "n": 1, "more": [{"type": "pong"}]}, {"label": "two"}],
        steps=[
            {"open": {"on": "a"}},
            {"send": {"on": "a", "frame": {"x": "{{case.n}}"}}},
            {"send": {"on": "a", "frame": {}}, "only": "two"},
            {"expect": {"on": "a", "events": ["{{case.more}}"]}},
        ],
    )
    one, two = parse_scenario(raw, "turns/x").cases()
    assert one.name == "turns/x[one]"
    assert one.steps[1]["send"]["frame"] == {"x": 1}
    assert one.steps[2]["expect"]["events"] == [{"type": "pong"}]
    assert two.steps[1]["send"]["frame"] == {}
    assert len(two.steps) == 4
    assert two.steps[3]["expect"]["events"] == []


def test_checks_are_assertions_and_nothing_else() -> None:
    event = {
        "type": "x",
        "a": {"$any": True},
        "b": {"$as": "b", "$type": "uuid"},
        "c": [1, {"d": 2}],
        "e": {"$same": "f", "but": ["g"]},
    }
    raw = with_event(event)
    # type, b's $type, the array and its two values, $same, and the hello of the first step
    assert parse_scenario(raw, "turns/x").checks == 7


def test_nonces_tell_copies_apart_and_repeat() -> None:
    case = parse_scenario(GOOD, "turns/x").cases()[0]
    assert case.nonce("s", 0) == case.nonce("s", 0)
    assert len({case.nonce("s", 0), case.nonce("s", 1), case.nonce("t", 0)}) == 3
