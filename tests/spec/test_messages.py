"""The message fixtures: each gets the verdict that it states, for the one reason that it names."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from speclint import load

SPEC = Path(__file__).parents[2] / "spec"
ROOT = SPEC / "conformance" / "messages"
DOCUMENTS = load(SPEC)
FORM = jsonschema_rs.Draft202012Validator(
    json.loads((SPEC / "schema" / "message-fixture.schema.json").read_text("utf-8"))
)
VALID = sorted(ROOT.glob("*/valid/*.json"))
INVALID = sorted(ROOT.glob("*/invalid/*.json"))
LEAST_VALID, LEAST_INVALID = 234, 575


@cache
def titles() -> dict[str, str]:
    """Where each title is defined."""
    return {
        place.schema["title"]: f"{place.file}#{place.pointer}"
        for place in DOCUMENTS.definitions()
        if "title" in place.schema
    }


@cache
def validator(title: str) -> jsonschema_rs.Draft202012Validator:
    return DOCUMENTS.validator(titles()[title])


def read(path: Path) -> Any:
    fixture = json.loads(path.read_text("utf-8"))
    FORM.validate(fixture)
    return fixture


def refusals(title: str, instance: Any) -> list[tuple[str, str, str | None]]:
    """Keyword, place, and the key that is missing or too many."""
    found = []
    for error in validator(title).iter_errors(instance):
        where = "".join(
            "/" + str(step).replace("~", "~0").replace("/", "~1") for step in error.instance_path
        )
        details = error.kind.as_dict()
        keys = details.get("unexpected") or [details.get("property")]
        found += [(str(error.schema_path[-1]), where, key) for key in keys]
    return found


def name(path: Path) -> str:
    return f"{path.parts[-3]}/{path.stem}"


@pytest.mark.parametrize("path", VALID, ids=name)
def test_a_valid_message_is_taken(path: Path) -> None:
    assert refusals(path.parts[-3], read(path)["instance"]) == []


@pytest.mark.parametrize("path", INVALID, ids=name)
def test_an_invalid_message_is_refused_for_the_named_reason_alone(path: Path) -> None:
    fixture = read(path)
    refuse = fixture["refuse"]
    wanted = (refuse["keyword"], refuse["instancePath"], refuse.get("property"))
    assert refusals(path.parts[-3], fixture["instance"]) == [wanted]


def test_whatever_travels_has_messages_of_both_sorts() -> None:
    catalogue = DOCUMENTS.by_path["catalogue.json"]
    refs = [each["request"] for each in catalogue["actions"]]
    refs += [
        each["answer"][key]
        for each in catalogue["actions"]
        for key in ("accepted", "response")
        if key in each["answer"]
    ]
    refs += [each["schema"] for each in catalogue["events"] + catalogue["shapes"]]
    refs += [
        f"{each['schema']}#/$defs/{part}"
        for each in catalogue["interactions"]
        for part in ("Spec", "Values", "Payload", "Raise")
    ]
    wanted = set()
    for ref in refs:
        target = DOCUMENTS.target("catalogue.json", ref)
        assert target is not None
        wanted.add(DOCUMENTS.settled(target).schema["title"])
    assert wanted == {path.parts[-3] for path in VALID} == {path.parts[-3] for path in INVALID}


def test_a_required_key_of_a_frame_is_missing_somewhere() -> None:
    """So that no frame's `required` can shrink unseen."""
    lacking = {
        (path.parts[-3], fixture["refuse"]["property"])
        for path in INVALID
        if (fixture := read(path))["refuse"]["keyword"] == "required"
        and fixture["refuse"]["instancePath"] == ""
    }
    frames = [each for each in titles() if each.endswith(("Request", "Event"))]
    wanted = {
        (title, key)
        for title in frames
        for key in _schema(title).get("required", [])
        if (ROOT / title).is_dir()
    }
    assert wanted - lacking == set()


def _schema(title: str) -> dict[str, Any]:
    path, _, pointer = titles()[title].partition("#")
    target = DOCUMENTS.target("", f"{path}#{pointer}")
    assert target is not None
    return target.schema


def test_the_messages_do_not_get_fewer() -> None:
    assert len(VALID) >= LEAST_VALID
    assert len(INVALID) >= LEAST_INVALID
    strays = set(ROOT.rglob("*")) - set(VALID) - set(INVALID)
    assert not [path for path in strays if path.is_file()]
