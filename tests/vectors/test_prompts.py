"""prompts.json: placeholders used exactly, tools well-formed, exact texts kept exact."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

# Texts that peers compare; a change here is a change of the protocol.
_CONTRACTUAL = {
    "interaction_invalid": "Some fields need attention.",
    "interaction_reason_default": "to help you better",
    "invalid_answers_empty": "provide an answer for each question, or declined=true",
    "invalid_email": "must be a valid email address",
    "invalid_field_required": "this field is required",
    "invalid_intake_nothing": "provide at least one of name/email/phone, or declined=true",
    "invalid_option_unknown": "'{label}' is not one of the offered options",
    "invalid_phone": (
        "must be a valid phone number (include your country code, e.g. +1 555 123 4567)"
    ),
    "invalid_question_empty": "select an option or provide an 'other' answer",
    "invalid_question_single": "this question takes a single answer",
    "invalid_question_unanswered": "this question must be answered",
}
_PREFIXES = {
    "confirmation_rejected": "Denied by human:",
    "confirmation_unanswered": "Denied by human:",
    "invalid_values_shape": "invalid values shape",
    "submit_values_invalid": "validation failed",
}


def _braced(text: str) -> list[str]:
    return re.findall(r"\{([A-Za-z_]+)\}", text)


def test_the_file_fits_its_schema(spec: Path, prompts: dict[str, Any]) -> None:
    schema = json.loads((spec / "schema/prompts.schema.json").read_text("utf-8"))
    jsonschema_rs.validator_for(schema).validate(prompts)


def test_each_entry_repeats_the_key_it_stands_under(prompts: dict[str, Any]) -> None:
    assert [key for key, entry in prompts["sentences"].items() if entry["id"] != key] == []
    assert [key for key, tool in prompts["tools"].items() if tool["name"] != key] == []


def test_placeholders_are_used_exactly_once_each(prompts: dict[str, Any]) -> None:
    for key, entry in prompts["sentences"].items():
        assert sorted(_braced(entry["text"])) == sorted(entry["placeholders"]), key


def test_no_two_sentences_are_equal(prompts: dict[str, Any]) -> None:
    texts = [entry["text"] for entry in prompts["sentences"].values()]
    assert sorted(texts) == sorted(set(texts))


def test_contractual_texts_are_exact(prompts: dict[str, Any]) -> None:
    marked = {k: e["text"] for k, e in prompts["sentences"].items() if e.get("contractual")}
    assert marked == _CONTRACTUAL


@pytest.mark.parametrize("key", sorted(_PREFIXES))
def test_contractual_prefixes_are_exact(prompts: dict[str, Any], key: str) -> None:
    assert prompts["sentences"][key]["text"].startswith(_PREFIXES[key])


def test_refusals_without_a_person_begin_as_errors(prompts: dict[str, Any]) -> None:
    keys = [k for k in prompts["sentences"] if k.startswith(("tool_", "otp_re", "auth_refused"))]
    keys.remove("tool_arguments_root")
    assert len(keys) > 10
    assert [k for k in keys if not prompts["sentences"][k]["text"].startswith("Error: ")] == []


def test_error_texts_repeat_no_value_of_the_frame(prompts: dict[str, Any]) -> None:
    allowed = {"field", "expected", "maximum", "minimum", "capability"}
    for key, entry in prompts["sentences"].items():
        if entry["audience"] == "error":
            assert set(entry["placeholders"]) <= allowed, key


def test_tool_parameters_are_schemas_with_described_members(prompts: dict[str, Any]) -> None:
    for tool in prompts["tools"].values():
        jsonschema_rs.meta.validate(tool["parameters"])
        assert list(tool["parameters"]) == [
            "type",
            "properties",
            "required",
            "additionalProperties",
        ]
        for member in tool["parameters"]["properties"].values():
            assert member["description"]


def test_tool_parameters_accept_what_models_send(prompts: dict[str, Any]) -> None:
    good: dict[str, list[Any]] = {
        "knowledge_search": [{"query": "x"}, {"query": "x", "limit": 10}],
        "request_identity_intake": [
            {"fields": ["email"]},
            {"fields": [{"key": "name", "required": False, "label": "You"}], "reason": "r"},
        ],
        "request_choices": [
            {"questions": [{"question": "q", "header": "h", "options": ["a", {"label": "b"}]}]}
        ],
        "submit_interaction": [
            {"kind": "choices", "values": {}},
            {"kind": "choices", "declined": True},
        ],
    }
    bad: dict[str, list[Any]] = {
        "knowledge_search": [{}, {"query": 1}, {"query": "x", "limit": 11}, {"query": "x", "k": 1}],
        "request_identity_intake": [{"fields": []}, {"fields": ["age"]}, {"fields": [{}]}],
        "request_choices": [{"questions": []}, {"questions": [{"question": "q", "header": "h"}]}],
        "submit_interaction": [{}, {"kind": "other"}],
    }
    assert set(good) == set(bad) == set(prompts["tools"])
    for name, tool in prompts["tools"].items():
        validator = jsonschema_rs.validator_for(tool["parameters"])
        assert [each for each in good[name] if not validator.is_valid(each)] == [], name
        assert [each for each in bad[name] if validator.is_valid(each)] == [], name


def test_tools_match_the_catalogue(spec: Path, prompts: dict[str, Any]) -> None:
    catalogue = json.loads((spec / "catalogue.json").read_text("utf-8"))
    raising = [entry["raiseTool"] for entry in catalogue["interactions"]]
    assert list(prompts["tools"]) == ["knowledge_search", *raising, "submit_interaction"]
    kinds = prompts["tools"]["submit_interaction"]["parameters"]["properties"]["kind"]["enum"]
    assert kinds == [entry["kind"] for entry in catalogue["interactions"]]
