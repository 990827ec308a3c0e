"""The contract as an oracle: schemas compiled once, straight from `spec/`, and its annotations.

Nothing here knows generated code. `Contract.shared()` is the one contract of this process.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

import jsonschema_rs

from smooth_operator_conformance.annotations import Rules, read_rules
from smooth_operator_conformance.spec import find_spec, read_json

Json = Any
FOLDERS = ("actions", "events", "domain", "interactions")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that a schema refuses."""

    path: str
    """JSON pointer into the instance; `/` is the instance itself."""
    keyword: str
    message: str


class Contract:
    """Validators and rules of one spec folder; everything is compiled on first use and kept."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.catalogue: dict[str, Json] = read_json(root / "catalogue.json")
        self.documents = dict(_documents(root))
        self._registry = jsonschema_rs.Registry(
            [(schema["$id"], schema) for schema in self.documents.values()]
        )
        self._validators: dict[str, Any] = {}
        self._rules: dict[str, Rules] = {}
        self.events: dict[str, dict[str, Json]] = {e["type"]: e for e in self.catalogue["events"]}
        self.actions: dict[str, dict[str, Json]] = {a["name"]: a for a in self.catalogue["actions"]}
        self.turn_errors = frozenset(e["code"] for e in self.catalogue["errors"] if e["endsTurn"])
        self.error_codes = frozenset(e["code"] for e in self.catalogue["errors"])

    @staticmethod
    @lru_cache(maxsize=1)
    def shared() -> Contract:
        """The contract that `find_spec` finds."""
        return Contract(find_spec())

    def faults(self, ref: str, instance: Json) -> list[str]:
        """What is wrong with an instance, against `path#/$defs/Name`; empty when it is valid."""
        return [f"{fault.path}: {fault.message}" for fault in self.errors(ref, instance)]

    def errors(self, ref: str, instance: Json) -> list[Fault]:
        """The same as data, the first three."""
        validator = self._validator(ref)
        if validator.is_valid(instance):
            return []
        return [_said(error) for error in islice(validator.iter_errors(instance), 3)]

    def _validator(self, ref: str) -> Any:
        found = self._validators.get(ref)
        if found is None:
            path, _, pointer = ref.partition("#")
            target = self.documents[path]["$id"] + (f"#{pointer}" if pointer else "")
            found = jsonschema_rs.validator_for({"$ref": target}, registry=self._registry)
            self._validators[ref] = found
        return found

    def rules(self, ref: str) -> Rules:
        """Twins, always-sent keys and capability fields of a definition."""
        found = self._rules.get(ref)
        if found is None:
            found = self._rules[ref] = read_rules(self.documents, ref)
        return found

    def event_ref(self, kind: str) -> str | None:
        """The schema of an event type; None for types that the catalogue does not know."""
        event = self.events.get(kind)
        return None if event is None else str(event["schema"])

    def answer_ref(self, action: str, status: int) -> str | None:
        """The schema of an ack's `data`: of the 202 its `accepted`, else its `response`."""
        answer = self.actions[action]["answer"]
        if answer["kind"] not in ("ack", "turn"):
            return None
        found = answer.get("accepted" if status == 202 else "response")
        return found if answer["kind"] == "ack" or status == 202 else None


def _documents(root: Path) -> Iterator[tuple[str, dict[str, Json]]]:
    for folder in FOLDERS:
        for path in sorted((root / folder).glob("*.schema.json")):
            yield f"{folder}/{path.name}", read_json(path)
    for path in sorted(root.glob("*.schema.json")):
        yield path.name, read_json(path)


def _said(error: Any) -> Fault:
    place = "/" + "/".join(str(part) for part in error.instance_path)
    return Fault(place, error.kind.name, error.message[:240])
