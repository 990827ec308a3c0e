"""The catalogue and the schema files must tell of the same things, both ways."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from speclint.documents import Documents, Finding

FILE = "catalogue.json"
LISTS = {
    "actions": "name",
    "events": "type",
    "errors": "code",
    "capabilities": "name",
    "interactions": "kind",
    "closeCodes": "code",
    "limits": "name",
    "metrics": "name",
    "logKeys": "name",
    "routes": "path",
    "shapes": "name",
}


def check_catalogue(documents: Documents) -> Iterator[Finding]:
    catalogue = documents.by_path.get(FILE)
    if catalogue is None:
        return
    yield from _repeats(catalogue)
    yield from _references(documents, catalogue)
    yield from _frames(documents, catalogue)
    yield from _forgotten(documents, catalogue)
    yield from _names(documents, catalogue)
    yield from _enumerations(documents, catalogue)


def _wrong(pointer: str, text: str) -> Finding:
    return Finding(FILE, pointer, "catalogue", text)


def _repeats(catalogue: dict[str, Any]) -> Iterator[Finding]:
    for key, identity in LISTS.items():
        seen = [each[identity] for each in catalogue.get(key, [])]
        for each in {each for each in seen if seen.count(each) > 1}:
            yield _wrong(f"/{key}", f"{each!r} is listed twice")


def _references(documents: Documents, catalogue: dict[str, Any]) -> Iterator[Finding]:
    refs = [each["request"] for each in catalogue["actions"]]
    refs += [
        each["answer"][key]
        for each in catalogue["actions"]
        for key in ("response", "accepted")
        if key in each["answer"]
    ]
    refs += [each["schema"] for each in [*catalogue["events"], *catalogue.get("shapes", [])]]
    refs += [
        f"{each['schema']}#/$defs/{part}"
        for each in catalogue["interactions"]
        for part in ("Spec", "Values", "Payload", "Raise")
    ]
    for ref in refs:
        if documents.target(FILE, ref) is None:
            yield _wrong("", f"{ref!r} leads nowhere")


def _frames(documents: Documents, catalogue: dict[str, Any]) -> Iterator[Finding]:
    """An entry's schema must fix the discriminator to the entry's name."""
    wanted = [(each["request"], "action", each["name"]) for each in catalogue["actions"]]
    wanted += [(each["schema"], "type", each["type"]) for each in catalogue["events"]]
    for ref, key, name in wanted:
        target = documents.target(FILE, ref)
        if target is None:
            continue
        fixed = target.schema.get("properties", {}).get(key, {}).get("const")
        if fixed != name or key not in target.schema.get("required", []):
            yield _wrong("", f"{ref} does not fix {key!r} to {name!r}")
    for event in catalogue["events"]:
        target = documents.target(FILE, event["schema"])
        if target is None:
            continue
        if ("seq" in target.schema.get("properties", {})) != event["inLog"]:
            yield _wrong("/events", f"{event['type']}: `inLog` and the schema's `seq` disagree")
        if target.schema.get("x-capability") != event.get("capability"):
            yield _wrong("/events", f"{event['type']}: the capability and the schema's disagree")


def _forgotten(documents: Documents, catalogue: dict[str, Any]) -> Iterator[Finding]:
    listed = {each["request"].partition("#")[0] for each in catalogue["actions"]}
    listed |= {each["schema"] for each in [*catalogue["events"], *catalogue["interactions"]]}
    for path, _ in documents.schemas():
        if path.startswith(("actions/", "events/", "interactions/")) and path not in listed:
            yield Finding(path, "", "catalogue", "is not listed in the catalogue")


def _names(documents: Documents, catalogue: dict[str, Any]) -> Iterator[Finding]:
    codes = {each["code"] for each in catalogue["errors"]}
    types = {each["type"] for each in catalogue["events"]}
    capabilities = {each["name"] for each in catalogue["capabilities"]}
    for action in catalogue["actions"]:
        for code in set(action["errors"]) - codes:
            yield _wrong("/actions", f"{action['name']}: {code!r} is no error code")
        for event in set(action["answer"].get("events", [])) - types:
            yield _wrong("/actions", f"{action['name']}: {event!r} is no event")
    used = [
        each.get("capability")
        for key in ("actions", "events", "interactions")
        for each in catalogue[key]
    ]
    used += [
        schema.get("x-capability")
        for place in documents.definitions()
        for schema in (place.schema, *place.schema.get("properties", {}).values())
    ]
    for name in {each for each in used if each} - capabilities:
        yield _wrong("/capabilities", f"{name!r} is used and not listed")


def _enumerations(documents: Documents, catalogue: dict[str, Any]) -> Iterator[Finding]:
    """Lists that stand both here and in a schema must be equal."""
    said = {
        "domain/error-descriptor.schema.json#/properties/code/enum": [
            each["code"] for each in catalogue["errors"]
        ],
        "domain/interaction-kind.schema.json#/enum": [
            each["kind"] for each in catalogue["interactions"]
        ],
        "events/welcome.schema.json#/$defs/Capability/enum": [
            each["name"] for each in catalogue["capabilities"] if "welcome" in each["declaredIn"]
        ],
        "events/welcome.schema.json#/$defs/Limits/required": [
            each["name"] for each in catalogue["limits"] if each["inWelcome"]
        ],
    }
    for ref, names in said.items():
        path, _, pointer = ref.rpartition("/")
        target = documents.target(FILE, path)
        if target is not None and sorted(target.schema.get(pointer, [])) != sorted(names):
            yield _wrong("", f"{ref} lists other names than the catalogue")
