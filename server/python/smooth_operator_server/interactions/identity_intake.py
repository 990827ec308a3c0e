"""The card that asks who a visitor is: name, email, phone (wire facts §10.4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from smooth_operator.protocol import prompts

from smooth_operator_server.interactions import contact
from smooth_operator_server.interactions.base import (
    Accepted,
    BadRaise,
    FieldProblem,
    Raise,
    Refused,
)
from smooth_operator_server.interactions.reading import (
    Unreadable,
    bad_raise,
    optional_text,
    reason,
    wrong_shape,
)

_KEYS = ("name", "email", "phone")
_EFFECT = {"name": "userName", "email": "contactEmail", "phone": "contactPhone"}
_FORMATS: Mapping[str, tuple[Callable[[str], str | None], str]] = {
    "email": (contact.email, prompts.INVALID_EMAIL),
    "phone": (contact.phone, prompts.INVALID_PHONE),
}


class IdentityIntake:
    """`identity_intake` (`InteractionKind`)."""

    name = "identity_intake"
    capability = "identity_form"
    raise_tool = "request_identity_intake"

    def parse_raise(self, arguments: Mapping[str, Any]) -> Raise | BadRaise:
        fields = arguments.get("fields")
        if not isinstance(fields, list) or not fields:
            return bad_raise(prompts.RAISE_PROBLEM_FIELDS, self.raise_tool)
        try:
            spec = {"fields": [_field(entry) for entry in fields]}
        except Unreadable:
            return bad_raise(prompts.RAISE_PROBLEM_FIELD_KEY, self.raise_tool)
        return Raise(spec, reason(arguments))

    def validate(self, values: Any, spec: Mapping[str, Any] | None) -> Accepted | Refused:
        """Required fields first, in spec order; then the formats of email and phone."""
        try:
            given = _texts(values)
        except Unreadable:
            return wrong_shape()
        if not given:
            return Refused((FieldProblem("values", prompts.INVALID_INTAKE_NOTHING),))
        fields = spec["fields"] if spec is not None else ()
        problems = [
            FieldProblem(field["key"], prompts.INVALID_FIELD_REQUIRED)
            for field in fields
            if field["required"] and field["key"] not in given
        ]
        canonical, misspelt = _canonical(given)
        problems += misspelt
        if problems:
            return Refused(tuple(problems))
        return Accepted(canonical, {_EFFECT[key]: text for key, text in canonical.items()})


def _field(entry: Any) -> dict[str, Any]:
    """A field of the card; a bare key is a required field."""
    if isinstance(entry, str):
        entry = {"key": entry}
    if not isinstance(entry, dict) or entry.get("key") not in _KEYS:
        raise Unreadable
    required = entry.get("required")
    if required is None:
        required = True
    if not isinstance(required, bool):
        raise Unreadable
    field = {"key": entry["key"], "required": required}
    if label := optional_text(entry.get("label")):
        field["label"] = label
    return field


def _texts(values: Any) -> dict[str, str]:
    """What was filled in, trimmed; blank fields are absent."""
    if not isinstance(values, Mapping):
        raise Unreadable
    given = {key: optional_text(values.get(key)) for key in _KEYS}
    return {key: text for key, text in given.items() if text is not None}


def _canonical(given: Mapping[str, str]) -> tuple[dict[str, str], list[FieldProblem]]:
    canonical, problems = dict(given), []
    for key, (read, message) in _FORMATS.items():
        if key in given:
            text = read(given[key])
            if text is None:
                problems.append(FieldProblem(key, message))
            else:
                canonical[key] = text
    return canonical, problems
