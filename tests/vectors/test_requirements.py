"""requirements.json: well-formed rules, ids without gaps, and places that exist."""

from __future__ import annotations

import json
from collections import Counter
from itertools import groupby
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

# In the catalogue's lists an entry is addressed by the member that names it.
_NAMES = ("name", "code", "type", "kind", "path")


def _resolve(spec: Path, place: str) -> Any:
    """The value a place points to; raises LookupError where there is none."""
    file, _, pointer = place.partition("#")
    if not (spec / file).is_file():
        raise LookupError(f"no file {file}")
    value: Any = json.loads((spec / file).read_text("utf-8"))
    for raw in pointer.split("/")[1:]:
        value = _step(value, raw.replace("~1", "/").replace("~0", "~"))
    return value


def _step(value: Any, segment: str) -> Any:
    if isinstance(value, dict):
        if segment not in value:
            raise LookupError(f"no member {segment}")
        return value[segment]
    if not isinstance(value, list):
        raise LookupError(f"{segment} below a leaf")
    found = [
        entry
        for entry in value
        if isinstance(entry, dict) and segment in {str(entry.get(name)) for name in _NAMES}
    ]
    if len(found) != 1:
        raise LookupError(f"{len(found)} entries named {segment}")
    return found[0]


def test_rules_fit_their_schema(spec: Path, requirements: list[dict[str, Any]]) -> None:
    schema = json.loads((spec / "schema/requirements.schema.json").read_text("utf-8"))
    jsonschema_rs.validator_for(schema).validate(requirements)


def test_ids_are_unique_and_each_area_counts_from_one(requirements: list[dict[str, Any]]) -> None:
    ids = sorted(rule["id"].split("-") for rule in requirements)
    for area, members in groupby(ids, key=lambda parts: parts[0]):
        numbers = [int(number) for _, number in members]
        assert numbers == list(range(1, len(numbers) + 1)), area


def test_no_two_rules_say_the_same(requirements: list[dict[str, Any]]) -> None:
    repeated = [text for text, n in Counter(r["text"] for r in requirements).items() if n > 1]
    assert repeated == []


def test_places_exist(spec: Path, requirements: list[dict[str, Any]]) -> None:
    missing = {}
    for rule in requirements:
        try:
            _resolve(spec, rule["place"])
        except LookupError as error:
            missing[rule["id"]] = f"{rule['place']}: {error}"
    assert missing == {}


@pytest.mark.parametrize(
    "place",
    [
        "actions/no-such.schema.json",
        "catalogue.json#/errors/NO_SUCH_CODE",
        "actions/ping.schema.json#/$defs/Request/properties/nothing",
        "catalogue.json#/protocolVersion/deeper",
    ],
)
def test_a_place_that_does_not_exist_is_noticed(spec: Path, place: str) -> None:
    with pytest.raises(LookupError):
        _resolve(spec, place)


def test_a_place_may_name_an_entry_whose_name_holds_a_slash(spec: Path) -> None:
    assert _resolve(spec, "catalogue.json#/routes/~1healthz")["path"] == "/healthz"


def test_every_error_code_and_action_is_the_place_of_a_rule_or_named_in_one(
    spec: Path, requirements: list[dict[str, Any]]
) -> None:
    catalogue = json.loads((spec / "catalogue.json").read_text("utf-8"))
    words = " ".join(f"{rule['place']} {rule['text']}" for rule in requirements)
    names = [entry["code"] for entry in catalogue["errors"]]
    names += [entry["name"] for entry in catalogue["actions"]]
    files = {entry["name"]: entry["request"].partition("#")[0] for entry in catalogue["actions"]}
    assert [n for n in names if n not in words and files.get(n, n) not in words] == []


def test_every_event_is_spoken_of(spec: Path, requirements: list[dict[str, Any]]) -> None:
    catalogue = json.loads((spec / "catalogue.json").read_text("utf-8"))
    places = {rule["place"].partition("#")[0] for rule in requirements}
    assert [e["type"] for e in catalogue["events"] if e["schema"] not in places] == []
