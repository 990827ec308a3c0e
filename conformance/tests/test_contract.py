"""The contract as an oracle: every example validates, annotations are found where they stand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from smooth_operator_conformance.annotations import Rules, read_rules
from smooth_operator_conformance.schemas import Contract
from smooth_operator_conformance.spec import SpecNotFound, find_spec, read_json, spec_version

CONTRACT = Contract.shared()


def examples() -> Iterator[Any]:
    for path, schema in CONTRACT.documents.items():
        for number, example in enumerate(schema.get("examples", ())):
            yield pytest.param(path, example, id=f"{path}-{number}")
        for name, inner in schema.get("$defs", {}).items():
            for number, example in enumerate(inner.get("examples", ())):
                ref = f"{path}#/$defs/{name}"
                yield pytest.param(ref, example, id=f"{path}-{name}-{number}")


@pytest.mark.parametrize(("ref", "example"), list(examples()))
def test_every_example_is_valid_and_keeps_its_rules(ref: str, example: Any) -> None:
    assert CONTRACT.faults(ref, example) == []
    assert list(CONTRACT.rules(ref).twin_faults(example)) == []


def test_every_action_and_event_resolves() -> None:
    for name, action in CONTRACT.actions.items():
        assert CONTRACT.faults(action["request"], {}) != [], name
    for kind in CONTRACT.events:
        ref = CONTRACT.event_ref(kind)
        assert ref is not None
        assert CONTRACT.faults(ref, {"type": "other"})
    assert CONTRACT.event_ref("telepathy") is None


def test_acks_have_schemas_and_other_answers_have_none() -> None:
    assert CONTRACT.answer_ref("get_session", 200)
    assert CONTRACT.answer_ref("send_message", 202)
    assert CONTRACT.answer_ref("send_message", 200) is None
    assert CONTRACT.answer_ref("ping", 200) is None


def test_turn_ending_codes_are_three() -> None:
    assert CONTRACT.turn_errors == {"AGENT_ERROR", "STORAGE_ERROR", "INTERNAL_ERROR"}


def test_twins_always_and_capabilities_are_read_through_references() -> None:
    rules = CONTRACT.rules("events/stream-token.schema.json")
    good = {"requestId": "t", "token": "x", "data": {"requestId": "t", "token": "x"}}
    assert list(rules.twin_faults(good)) == []
    assert list(rules.twin_faults({**good, "token": "y"})) == ["/data/token differs from /token"]
    assert list(rules.always_faults(good)) == ["/timestamp is missing"]
    assert list(rules.capability_faults({**good, "seq": 1}, frozenset())) == [
        "/seq without event_seq"
    ]
    assert list(rules.capability_faults({**good, "seq": 1}, frozenset({"event_seq"}))) == []


def test_rules_of_a_choice_bind_nobody() -> None:
    document = {
        "anyOf": [{"type": "object", "x-always": ["a"], "properties": {"a": {}}}, {"type": "null"}]
    }
    assert read_rules({"x": document}, "x").always == (("a",),)
    two = {"anyOf": [{"x-always": ["a"], "properties": {}}, {"x-always": ["b"], "properties": {}}]}
    assert read_rules({"x": two}, "x") == Rules((), (), ())


def test_the_contract_is_found_where_it_is_said_to_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMOOTH_CONFORMANCE_SPEC", str(tmp_path))
    assert find_spec() == tmp_path
    assert spec_version(tmp_path) == "unknown"
    monkeypatch.setenv("SMOOTH_CONFORMANCE_SPEC", str(tmp_path / "nowhere"))
    with pytest.raises(SpecNotFound):
        find_spec()


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("{nope")
    with pytest.raises(ValueError, match=r"x\.json"):
        read_json(tmp_path / "x.json")
