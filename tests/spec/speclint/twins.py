"""Twin fields: the path that one names must lead to a field of the same event."""

from __future__ import annotations

from collections.abc import Iterator

from speclint.documents import Documents, Finding, Place


def check_twins(documents: Documents) -> Iterator[Finding]:
    for path, document in documents.schemas():
        if path.startswith("events/"):
            root = Place(path, "", document)
            yield from _below(documents, root, root, 0)
        else:
            yield from _stray(Place(path, "", document))


def _below(documents: Documents, root: Place, owner: Place, depth: int) -> Iterator[Finding]:
    for key, schema in owner.schema.get("properties", {}).items():
        at = Place(owner.file, owner.inside("properties", key), schema)
        if "x-twin" in schema and not _leads(documents, root, schema["x-twin"]):
            yield at.finding("twin", f"{schema['x-twin']} is no field of the event")
        if "$ref" in schema and depth < 4:
            yield from _below(documents, root, documents.settled(at), depth + 1)


def _leads(documents: Documents, root: Place, path: str) -> bool:
    owner = root
    for step in path.split("/")[1:]:
        properties = documents.settled(owner).schema.get("properties", {})
        if step not in properties:
            return False
        owner = Place(documents.settled(owner).file, "", properties[step])
    return True


def _stray(place: Place) -> Iterator[Finding]:
    for name, schema in place.schema.get("$defs", {}).items():
        for key, each in schema.get("properties", {}).items():
            if "x-twin" in each:
                at = place.inside("$defs", name, "properties", key)
                yield Finding(place.file, at, "twin", "twins exist in events only")
