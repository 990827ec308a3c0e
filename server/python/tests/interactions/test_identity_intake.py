"""The identity card: exact messages, their order, canonical values."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from smooth_operator.protocol import prompts
from smooth_operator_server.interactions.base import Accepted, BadRaise, Raise, Refused
from smooth_operator_server.interactions.contact import email, phone
from smooth_operator_server.interactions.identity_intake import IdentityIntake

KIND = IdentityIntake()
VECTORS = Path(__file__).parents[4] / "spec" / "conformance" / "text"
PHONE = "must be a valid phone number (include your country code, e.g. +1 555 123 4567)"
NOTHING = "provide at least one of name/email/phone, or declined=true"


def cases(name: str) -> list[Any]:
    loaded = json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))["cases"]
    return [pytest.param(case, id=case["id"]) for case in loaded]


@pytest.mark.parametrize("case", cases("emails"))
def test_emails(case: dict[str, Any]) -> None:
    assert email(case["text"]) == case["canonical"]


@pytest.mark.parametrize("case", cases("phones"))
def test_phones(case: dict[str, Any]) -> None:
    assert phone(case["text"]) == case["canonical"]


@given(st.text(alphabet="a@. \u00a0é"))
def test_a_canonical_email_is_its_own(text: str) -> None:
    canonical = email(text)
    assert canonical is None or email(canonical) == canonical


@given(st.text(alphabet="+0123456789 -.()"))
def test_a_canonical_phone_is_its_own(text: str) -> None:
    canonical = phone(text)
    assert canonical is None or phone(canonical) == canonical


def spec(*fields: Any) -> Any:
    raised = KIND.parse_raise({"fields": list(fields)})
    assert isinstance(raised, Raise)
    return raised.spec


def errors(values: Any, of: Any = None) -> list[tuple[str, str]]:
    refused = KIND.validate(values, of)
    assert isinstance(refused, Refused)
    return [(problem.field, problem.message) for problem in refused.problems]


def test_raising() -> None:
    raised = KIND.parse_raise(
        {
            "fields": [
                "email",
                {"key": "name", "required": False, "label": " Your name ", "other": 1},
                {"key": "phone", "required": None, "label": " "},
            ],
            "reason": "  to send the receipt\n",
            "unknown": 1,
        }
    )
    assert raised == Raise(
        {
            "fields": [
                {"key": "email", "required": True},
                {"key": "name", "required": False, "label": "Your name"},
                {"key": "phone", "required": True},
            ]
        },
        "to send the receipt",
    )


@pytest.mark.parametrize("given_reason", [None, "", " \u00a0", 7])
def test_the_default_reason(given_reason: Any) -> None:
    raised = KIND.parse_raise({"fields": ["name"], "reason": given_reason})
    assert isinstance(raised, Raise)
    assert raised.reason == "to help you better"


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        (None, prompts.RAISE_PROBLEM_FIELDS),
        ([], prompts.RAISE_PROBLEM_FIELDS),
        ("email", prompts.RAISE_PROBLEM_FIELDS),
        (["age"], prompts.RAISE_PROBLEM_FIELD_KEY),
        ([{"key": "age"}], prompts.RAISE_PROBLEM_FIELD_KEY),
        ([{"key": ["email"]}], prompts.RAISE_PROBLEM_FIELD_KEY),
        ([{}], prompts.RAISE_PROBLEM_FIELD_KEY),
        ([7], prompts.RAISE_PROBLEM_FIELD_KEY),
        ([{"key": "email", "required": "no"}], prompts.RAISE_PROBLEM_FIELD_KEY),
        ([{"key": "email", "label": 1}], prompts.RAISE_PROBLEM_FIELD_KEY),
    ],
)
def test_bad_raises(fields: Any, problem: str) -> None:
    assert KIND.parse_raise({"fields": fields}) == BadRaise(
        prompts.raise_arguments_invalid(problem=problem, tool="request_identity_intake")
    )


def test_values_are_trimmed_normalised_and_applied() -> None:
    given_values = {"phone": " (415) 555-0123 ", "name": " Pat ", "email": "Pat@Example.ORG"}
    assert KIND.validate(given_values, spec("email")) == Accepted(
        {"name": "Pat", "email": "Pat@example.org", "phone": "+14155550123"},
        {
            "userName": "Pat",
            "contactEmail": "Pat@example.org",
            "contactPhone": "+14155550123",
        },
    )


def test_canonical_keys_are_in_order() -> None:
    accepted = KIND.validate({"phone": "+14155550123", "name": "P"}, None)
    assert isinstance(accepted, Accepted)
    assert list(accepted.values) == ["name", "phone"]


@pytest.mark.parametrize("values", [[], "x", 7, True, {"email": 7}, {"name": ["x"]}])
def test_another_shape(values: Any) -> None:
    ((field, message),) = errors(values, spec("email"))
    assert field == "values"
    assert message.startswith("invalid values shape")


@pytest.mark.parametrize("values", [{}, {"name": " "}, {"name": "", "email": None}, {"age": "7"}])
def test_nothing_supplied_is_the_only_error(values: Any) -> None:
    assert errors(values, spec("email", "name")) == [("values", NOTHING)]
    assert errors(values) == [("values", NOTHING)]


def test_all_errors_come_together_in_order() -> None:
    of = spec("phone", "name", {"key": "email", "required": False})
    assert errors({"email": "nope", "phone": " "}, of) == [
        ("phone", "this field is required"),
        ("name", "this field is required"),
        ("email", "must be a valid email address"),
    ]
    assert errors({"phone": "12", "email": "x@y"}, spec("phone", "email")) == [
        ("email", "must be a valid email address"),
        ("phone", PHONE),
    ]


def test_optional_fields_may_stay_blank_but_not_misspelt() -> None:
    of = spec("name", {"key": "email", "required": False})
    assert isinstance(KIND.validate({"name": "P", "email": " "}, of), Accepted)
    assert errors({"name": "P", "phone": "x"}, of) == [("phone", PHONE)]


@given(st.dictionaries(st.sampled_from(["name", "email", "phone", "x"]), st.text() | st.none()))
def test_accepted_values_are_accepted_again(values: dict[str, str | None]) -> None:
    verdict = KIND.validate(values, None)
    if isinstance(verdict, Accepted):
        assert KIND.validate(verdict.values, None) == verdict
