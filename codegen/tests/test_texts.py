"""Sentences, tools, tables, limits and codes come through unchanged."""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from smooth_operator.protocol import codes, lexical, limits, prompts, requirements
from smooth_operator_codegen.emit.python.names import constant, snake
from smooth_operator_codegen.ir import Contract, EnumDef, Origin


def raw(root: Path, name: str) -> Any:
    return json.loads((root / "spec" / name).read_text("utf-8"))


def test_every_sentence_is_said_as_it_is_written(root: Path) -> None:
    for name, sentence in raw(root, "prompts.json")["sentences"].items():
        if not sentence["placeholders"]:
            assert getattr(prompts, constant(name)) == sentence["text"]
            continue
        function = getattr(prompts, snake(name))
        expected = sentence["text"]
        given_values = {}
        for placeholder in sentence["placeholders"]:
            given_values[snake(placeholder)] = f"«{placeholder}»"
            expected = expected.replace(f"{{{placeholder}}}", f"«{placeholder}»")
        assert function(**given_values) == expected
        assert list(inspect.signature(function).parameters) == list(given_values)


@given(st.text())
def test_inserted_values_are_not_searched_for_placeholders(value: str) -> None:
    text = prompts.system_skill(name="{body}", body=value)
    assert "'{body}'" in text
    assert text.endswith(f"\n{value}")


def test_tools_keep_the_order_of_their_keys(root: Path) -> None:
    expected = raw(root, "prompts.json")["tools"]
    assert list(prompts.TOOLS) == list(expected)
    for name, tool in expected.items():
        found = prompts.TOOLS[name]
        assert found["description"] == tool["description"]
        assert json.dumps(found["parameters"]) == json.dumps(tool["parameters"])
        assert found["fill"] == tool.get("fill", {})


def test_tables(root: Path) -> None:
    tables = raw(root, "lexical-tables.json")
    assert {int(key, 16): each for key, each in tables["fold"].items()} == lexical.FOLD
    for name, found in (
        ("drop", lexical.DROP),
        ("gram", lexical.GRAM),
        ("separator", lexical.SEPARATOR),
    ):
        assert found == tuple((int(low, 16), int(high, 16)) for low, high in tables[name])
    assert frozenset(tables["stopWords"]) == lexical.STOP_WORDS


def test_limits(root: Path) -> None:
    listed = raw(root, "catalogue.json")["limits"]
    for limit in listed:
        if limit.get("default") is not None:
            assert getattr(limits, constant(limit["name"])) == limit["default"]
    assert {each["name"]: each["default"] for each in listed if each["inWelcome"]} == limits.WELCOME


def test_codes(root: Path, contract: Contract) -> None:
    catalogue = raw(root, "catalogue.json")
    assert catalogue["protocolVersion"] == codes.PROTOCOL_VERSION
    assert (root / "spec" / "VERSION").read_text().strip() == codes.SPEC_VERSION
    assert contract.digest == codes.SPEC_HASH
    for names, key, listed in (
        (codes.ActionName, "name", "actions"),
        (codes.EventType, "type", "events"),
        (codes.ErrorCode, "code", "errors"),
        (codes.Capability, "name", "capabilities"),
    ):
        expected = {constant(each[key]): each[key] for each in catalogue[listed]}
        assert constants(names) == expected
    closes = {constant(each["name"]): each["code"] for each in catalogue["closeCodes"]}
    assert constants(codes.CloseCode) == closes
    ends = {each["code"] for each in catalogue["errors"] if each["endsTurn"]}
    assert ends == codes.TURN_ENDING_ERRORS


def test_every_enumeration_has_its_constants(contract: Contract) -> None:
    for each in contract.definitions:
        if isinstance(each, EnumDef) and each.origin is not Origin.AGENTS_FILE:
            found = constants(getattr(codes, each.name))
            assert tuple(found.values()) == each.values


def constants(holder: type) -> dict[str, Any]:
    return {name: each for name, each in vars(holder).items() if name.isupper()}


def test_requirements_are_found_by_the_frame_that_they_speak_of(root: Path) -> None:
    listed = raw(root, "requirements.json")
    assert {each["id"]: each["text"] for each in listed} == requirements.TEXTS
    catalogue = raw(root, "catalogue.json")
    for by_name, key, part, reference in (
        (requirements.BY_ACTION, "name", "actions", "request"),
        (requirements.BY_EVENT, "type", "events", "schema"),
    ):
        assert list(by_name) == [each[key] for each in catalogue[part]]
        for entry in catalogue[part]:
            file = entry[reference].partition("#")[0]
            own = f"catalogue.json#/{part}/{entry[key]}"
            assert by_name[entry[key]] == [
                each["id"]
                for each in listed
                if each["place"].partition("#")[0] == file
                or each["place"] == own
                or each["place"].startswith(f"{own}/")
            ]
