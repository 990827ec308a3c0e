"""The corpus gate: our corpus passes, and every kind of fault is told."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from smooth_operator_conformance.scenario.gate import (
    check_corpus,
    lock_path,
    manifest_path,
    scenario_faults,
    update,
)
from smooth_operator_conformance.scenario.load import BadScenario, parse_scenario
from smooth_operator_conformance.spec import find_spec

GOOD: dict[str, Any] = {
    "name": "turns/x",
    "description": "Something must happen.",
    "requirements": ["TURN-001"],
    "kill": ["drop:pong"],
    "profile": "shared",
    "agents": {"main": {"script": []}},
    "steps": [
        {"open": {"on": "a"}},
        {"expect": {"on": "a", "events": [{"type": "pong"}], "end": True}},
    ],
}
KNOWN = (frozenset({"TURN-001"}), frozenset({"event_seq"}))


def faults(**changes: Any) -> list[str]:
    scenario = parse_scenario({**copy.deepcopy(GOOD), **changes}, "turns/x")
    return list(scenario_faults(scenario, *KNOWN))


def steps(*more: Any) -> list[Any]:
    return [*GOOD["steps"], *more]


def test_our_corpus_passes() -> None:
    spec = find_spec()
    assert check_corpus(spec / "conformance" / "scenarios", spec) == []


def test_a_good_scenario_has_no_fault() -> None:
    assert faults() == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"requirements": ["TURN-999"]}, "no requirement"),
        ({"needs": ["telepathy"]}, "no capability"),
        ({"env": {"A": "b"}}, "exclusive"),
        ({"steps": steps({"signal": "TERM"})}, "signal"),
        ({"steps": steps({"get": {"path": "/metrics", "status": 200}})}, "metrics"),
        ({"steps": steps({"expect": {"on": "process", "events": []}})}, "process"),
        ({"steps": steps({"send": {"on": "b", "frame": {}}})}, "b is not open"),
        ({"steps": steps({"expect": {"on": "model:other", "events": []}})}, "no agent"),
        ({"steps": steps({"expect": {"on": "tool:main/x", "events": []}})}, "no tool"),
        ({"steps": steps({"expect": {"on": "model:main.fast", "events": []}})}, "no script"),
        (
            {"steps": steps({"send": {"on": "a", "frame": {"action": "list_conversations"}}})},
            "list_conversations",
        ),
        (
            {
                "steps": [
                    GOOD["steps"][0],
                    {"expect": {"on": "a", "events": [{"type": "error"}, {"$closed": 1000}]}},
                ]
            },
            "always-erring",
        ),
        ({"steps": [GOOD["steps"][0], {"expect": {"on": "a", "events": []}}]}, "asserts nothing"),
    ],
)
def test_each_fault_is_told(changes: dict[str, Any], said: str) -> None:
    assert any(said in fault for fault in faults(**changes)), faults(**changes)


def test_a_list_with_the_nonce_in_its_query_interferes_with_nobody() -> None:
    frame = {"action": "list_conversations", "query": "hello {{nonce}}"}
    assert faults(steps=steps({"send": {"on": "a", "frame": frame}})) == []
    bare = {"action": "list_conversations"}
    assert faults(profile="jwt", steps=steps({"send": {"on": "a", "frame": bare}})) == []


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    root = tmp_path / "conformance" / "scenarios"
    (root / "turns").mkdir(parents=True)
    (root / "turns" / "x.json").write_text(json.dumps(GOOD))
    update(root)
    return root


def test_update_makes_a_corpus_pass(corpus: Path) -> None:
    assert check_corpus(corpus, find_spec()) == []


def test_manifest_and_files_agree_both_ways(corpus: Path) -> None:
    manifest_path(corpus).write_text("turns/w\nturns/x\n")
    assert any("lists turns/w" in fault for fault in check_corpus(corpus, find_spec()))
    manifest_path(corpus).write_text("")
    assert any("turns/x is not in" in fault for fault in check_corpus(corpus, find_spec()))


def test_counts_never_fall(corpus: Path) -> None:
    least = {"scenarios": 1, "checks": 99, "areas": {"turns": 1, "otp": 2}}
    lock_path(corpus).write_text(json.dumps(least))
    told = check_corpus(corpus, find_spec())
    assert any("there were 99" in fault for fault in told)
    assert any("in otp" in fault for fault in told)


def test_an_unreadable_file_is_a_fault_and_stops_an_update(corpus: Path) -> None:
    (corpus / "turns" / "y.json").write_text("{nope")
    (corpus / "turns" / "notes.txt").write_text("hi")
    told = check_corpus(corpus, find_spec())
    assert any("y.json" in fault for fault in told)
    assert any("only scenario files" in fault for fault in told)
    with pytest.raises(BadScenario):
        update(corpus)


def test_too_many_processes_are_refused(corpus: Path) -> None:
    for number in range(13):
        raw = {**GOOD, "name": f"turns/e{number}", "exclusive": True}
        (corpus / "turns" / f"e{number}.json").write_text(json.dumps(raw))
    update(corpus)
    assert any("13 processes" in fault for fault in check_corpus(corpus, find_spec()))


def test_refused_starts_do_not_count_as_processes(corpus: Path) -> None:
    for number in range(13):
        raw = {**GOOD, "name": f"turns/e{number}", "exclusive": True, "ready": False}
        (corpus / "turns" / f"e{number}.json").write_text(json.dumps(raw))
    update(corpus)
    assert check_corpus(corpus, find_spec()) == []
