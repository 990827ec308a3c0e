"""Arguments against parameters: the places that do not fit."""

from __future__ import annotations

from typing import Any

import pytest
from smooth_operator_server.tools.arguments import compile_parameters, invalid_paths

PARAMETERS = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "minLength": 2},
        "count": {"type": "integer", "minimum": 1},
        "tags": {"type": "array", "items": {"$ref": "#/$defs/tag"}},
        "a/b~c": {"type": "boolean"},
        "mail": {"type": "string", "format": "email"},
    },
    "required": ["id"],
    "additionalProperties": False,
    "$defs": {"tag": {"type": "string"}},
}


@pytest.mark.parametrize(
    ("arguments", "paths"),
    [
        ({"id": "ab"}, []),
        ({"id": "ab", "count": 2.0, "mail": "no address"}, []),
        ({}, ["(root)"]),
        ({"id": "a"}, ["/id"]),
        ({"id": 1, "count": 0}, ["/count", "/id"]),
        ({"id": "ab", "tags": ["x", 1, None]}, ["/tags/1", "/tags/2"]),
        ({"id": "ab", "a/b~c": 1}, ["/a~1b~0c"]),
        ({"extra": 1, "other": 2}, ["(root)"]),
        ({"id": "ab", "count": 1.5}, ["/count"]),
    ],
)
def test_paths(arguments: dict[str, Any], paths: list[str]) -> None:
    assert invalid_paths(arguments, PARAMETERS) == paths


def test_each_place_is_named_once() -> None:
    schema = {"properties": {"a": {"type": "string", "enum": ["x"], "minLength": 3}}}
    assert invalid_paths({"a": 1}, schema) == ["/a"]


def test_an_empty_schema_takes_everything() -> None:
    assert invalid_paths({"x": [1]}, {}) == []


@pytest.mark.parametrize(
    "schema",
    [{"type": "nonsense"}, {"properties": {"a": {"minLength": -1}}}, {"pattern": "("}],
)
def test_what_is_no_schema_is_refused(schema: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        compile_parameters(schema)


def test_nothing_is_fetched() -> None:
    with pytest.raises(ValueError, match=r"."):
        compile_parameters({"$ref": "http://127.0.0.1:1/schema.json"})
