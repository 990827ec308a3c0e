"""Reads scenario files: JSON, the grammar's schema, then matchers that no schema can check."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import jsonschema_rs

from smooth_operator_conformance.match.values import PLAIN_KEYS, TYPES, VALUE_KEYS
from smooth_operator_conformance.scenario.count import count_checks
from smooth_operator_conformance.scenario.model import Scenario
from smooth_operator_conformance.scenario.published import is_published, translate
from smooth_operator_conformance.spec import find_spec, read_json

Json = Any
STREAM_KEYS = {
    "$tokens": {"$tokens", "type", "frames", "each"},
    "$many": {"$many", "field", "text"},
    "$skip": {"$skip"},
    "$order": {"$order"},
    "$closed": {"$closed", "reason"},
    "$barrier": {"$barrier"},
}


class BadScenario(ValueError):
    """A file that is no scenario; the message says where and why."""


@lru_cache(maxsize=1)
def grammar() -> Any:
    """The compiled schema of scenario files."""
    schema = read_json(find_spec() / "schema" / "scenario.schema.json")
    return jsonschema_rs.validator_for(schema)


def load_scenario(path: Path, name: str) -> Scenario:
    """One file; raises BadScenario with every fault of it."""
    try:
        raw = read_json(path)
    except ValueError as error:
        raise BadScenario(str(error)) from error
    if is_published(raw):
        return translate(raw, name)
    return parse_scenario(raw, name)


def parse_scenario(raw: Json, name: str) -> Scenario:
    """A scenario from its JSON; `name` is what its path says."""
    faults = [f"{_at(error)}: {error.message[:300]}" for error in grammar().iter_errors(raw)]
    if not faults:
        faults = list(_faults(raw))
    if not faults and raw["name"] != name:
        faults = [f"its name is {raw['name']!r}, its path says {name!r}"]
    if faults:
        raise BadScenario(f"{name}: " + "; ".join(faults[:8]))
    return Scenario(name, raw, count_checks(raw["steps"], raw.get("cases", [])))


def _at(error: Any) -> str:
    return "/" + "/".join(str(part) for part in error.instance_path)


def _faults(raw: dict[str, Json]) -> Iterator[str]:
    for index, step in enumerate(raw["steps"]):
        expect = step.get("expect")
        if expect is not None:
            for fault in _stream_faults(expect["events"]):
                yield f"/steps/{index}: {fault}"
        get = step.get("get", {})
        for key in ("status", "body", "responseHeaders"):
            for fault in _value_faults(get.get(key)):
                yield f"/steps/{index}/get/{key}: {fault}"
    for row in raw.get("cases", []):
        for key, value in row.items():
            if isinstance(value, list) and all(isinstance(e, dict | str) for e in value):
                yield from (f"/cases/{row['label']}/{key}: {f}" for f in _row_faults(value))


def _row_faults(value: list[Json]) -> Iterator[str]:
    """Rows hold frames as well as matchers, so only what must be a matcher is looked at."""
    for element in value:
        if isinstance(element, dict) and any(key in STREAM_KEYS for key in element):
            yield from _stream_faults([element])


def _stream_faults(events: Json) -> Iterator[str]:
    if isinstance(events, str):
        return
    for index, event in enumerate(events):
        if isinstance(event, str):
            continue
        kind = next((key for key in STREAM_KEYS if isinstance(event, dict) and key in event), None)
        if kind is None:
            yield from _value_faults(event)
            continue
        unknown = set(event) - STREAM_KEYS[kind]
        if unknown:
            yield f"{kind} does not know {sorted(unknown)}"
        if kind == "$order":
            for sequence in event["$order"]:
                yield from _stream_faults(sequence)
        if kind == "$tokens" and isinstance(event["$tokens"], dict):
            yield from _value_faults(event["$tokens"])
            if index == len(events) - 1:
                yield "a $tokens matcher needs a successor that ends it"


def _value_faults(value: Json) -> Iterator[str]:
    if isinstance(value, list):
        for inner in value:
            yield from _value_faults(inner)
    if not isinstance(value, dict):
        return
    for key, inner in value.items():
        if key.startswith("$") and key not in VALUE_KEYS and key not in PLAIN_KEYS:
            yield f"no matcher is called {key}"
        elif key == "$type" and inner not in TYPES:
            yield f"no type is called {inner!r}"
        elif key == "$match":
            yield from _regex_faults(inner)
        elif key != "$is":
            yield from _value_faults(inner)


def _regex_faults(pattern: str) -> Iterator[str]:
    try:
        re.compile(pattern)
    except (re.error, TypeError) as error:
        yield f"{pattern!r} is no regular expression: {error}"
