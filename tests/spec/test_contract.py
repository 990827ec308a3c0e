"""The contract as it stands: the lint finds nothing, and the data files have their own form."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from speclint import lint, load

SPEC = Path(__file__).parents[2] / "spec"
META = sorted(path.name for path in (SPEC / "schema").glob("*.schema.json"))


def test_the_lint_finds_nothing() -> None:
    assert [str(each) for each in lint(load(SPEC))] == []


def test_the_lint_saw_the_whole_contract() -> None:
    seen = set(load(SPEC).by_path)
    for folder, least in (("actions", 14), ("events", 20), ("domain", 15), ("interactions", 2)):
        assert sum(path.startswith(f"{folder}/") for path in seen) >= least


@pytest.mark.parametrize("data", ["catalogue", "prompts", "requirements"])
def test_a_data_file_has_the_form_its_schema_gives(data: str) -> None:
    schema = json.loads((SPEC / "schema" / f"{data}.schema.json").read_text("utf-8"))
    instance = json.loads((SPEC / f"{data}.json").read_text("utf-8"))
    errors = jsonschema_rs.Draft202012Validator(schema).iter_errors(instance)
    assert [f"{each.instance_path}: {each.message}" for each in errors] == []


@pytest.mark.parametrize("name", META)
def test_a_schema_of_a_data_file_is_one_itself(name: str) -> None:
    schema = json.loads((SPEC / "schema" / name).read_text("utf-8"))
    jsonschema_rs.meta.validate(schema)
    assert schema["$id"] == f"https://smooth-operator.example/spec/schema/{name}"


def test_every_schema_is_valid_json_schema() -> None:
    for _, document in load(SPEC).schemas():
        jsonschema_rs.meta.validate(document)
        assert document["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_the_version_is_semantic() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", (SPEC / "VERSION").read_text("utf-8"))


def test_requirements_have_ids_of_their_own_and_speak_of_places_that_exist() -> None:
    requirements = json.loads((SPEC / "requirements.json").read_text("utf-8"))
    ids = [each["id"] for each in requirements]
    assert len(set(ids)) == len(ids)
    lost = {each["id"]: each["place"] for each in requirements if not _exists(each["place"])}
    assert lost == {}


def _exists(place: str) -> bool:
    path, _, pointer = place.partition("#")
    if not (SPEC / path).is_file():
        return False
    node: Any = json.loads((SPEC / path).read_text("utf-8"))
    for step in pointer.split("/")[1:]:
        node = _step(node, step.replace("~1", "/").replace("~0", "~"))
        if node is None:
            return False
    return True


def _step(node: Any, step: str) -> Any:
    """In the catalogue's lists a name stands for the position."""
    if isinstance(node, dict):
        return node.get(step)
    names = ("name", "type", "code", "kind", "path")
    return next((each for each in node if step in [str(each.get(key)) for key in names]), None)
