"""Which constructs a schema of the contract may use, and where.

Ten languages are generated from these files, so they keep to what every one of them can say. Each
place is read as a definition (named), a property or an item; anything else is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from speclint.annotations import ANNOTATIONS, check_annotations
from speclint.documents import BASE, Documents, Finding, Place

WORDS = {"title", "description", "default", "examples"}
BY_TYPE = {
    "string": {"minLength", "maxLength", "pattern", "format", "enum", "const"},
    "integer": {"minimum", "maximum", "const"},
    "number": {"minimum", "maximum"},
    "boolean": {"const"},
    "array": {"items", "minItems", "maxItems"},
    "object": {"properties", "required", "additionalProperties"},
}
FORMATS = {"uuid", "date-time", "uri", "email"}
CONTAINER = {"$schema", "$id", "description", "oneOf", "$defs"}


def check_constructs(documents: Documents) -> Iterator[Finding]:
    for path, document in documents.schemas():
        yield from _root(documents, Place(path, "", document))
        for name, each in document.get("$defs", {}).items():
            yield from _definition(documents, Place(path, f"/$defs/{name}", each))


def _root(documents: Documents, place: Place) -> Iterator[Finding]:
    if place.schema.get("$id") != BASE + place.file:
        yield place.finding("id", f"must be {BASE + place.file}")
    if not place.schema.get("description"):
        yield place.finding("undocumented", "the file has no description")
    bare = {k: v for k, v in place.schema.items() if k not in ("$schema", "$id", "$defs")}
    if "title" in bare:
        yield from _definition(documents, Place(place.file, "", bare))
        return
    if "type" in bare:
        yield place.finding("anonymous", "the file's own definition has no title")
    for key in sorted(set(place.schema) - CONTAINER):
        yield place.finding("construct", f"{key!r} in a file that only holds definitions")
    for index, each in enumerate(bare.get("oneOf", [])):
        yield from _reference(documents, place, each, place.inside("oneOf", index))


def _definition(documents: Documents, place: Place) -> Iterator[Finding]:
    schema = place.schema
    if not schema.get("description"):
        yield place.finding("undocumented", "a definition has no description")
    if "title" not in schema and "$ref" not in schema:
        yield place.finding("anonymous", "a definition has no title")
    if schema.get("type") == "object":
        yield from _object(documents, place)
    else:
        yield from _value(documents, place)
    yield from check_annotations(place, definition=True)


def _object(documents: Documents, place: Place) -> Iterator[Finding]:
    schema = place.schema
    allowed = WORDS | ANNOTATIONS | BY_TYPE["object"] | {"type"}
    for key in sorted(set(schema) - allowed):
        yield place.finding("construct", f"{key!r} on an object")
    properties = schema.get("properties", {})
    for key in schema.get("required", []):
        if key not in properties:
            yield place.finding("required", f"{key!r} is no property")
    for key, each in properties.items():
        yield from _property(documents, Place(place.file, place.inside("properties", key), each))
    rest = schema.get("additionalProperties")
    if rest is None:
        yield place.finding("open", "does not say whether other keys may come")
    elif isinstance(rest, dict):
        at = Place(place.file, place.inside("additionalProperties"), rest)
        if properties:
            yield at.finding("construct", "named and free keys in one object")
        yield from _value(documents, at)


def _property(documents: Documents, place: Place) -> Iterator[Finding]:
    if not place.schema.get("description"):
        yield place.finding("undocumented", "a property has no description")
    if "title" in place.schema:
        yield place.finding("construct", "a title on a property: move it to $defs")
    yield from _value(documents, place)
    yield from check_annotations(place, definition=False)


def _value(documents: Documents, place: Place) -> Iterator[Finding]:
    """A value that is no named object."""
    schema = place.schema
    if "$ref" in schema:
        yield from _reference(documents, place, schema, place.pointer)
    elif "oneOf" in schema:
        yield from _union(documents, place)
    elif "anyOf" in schema:
        yield from _nullable(documents, place)
    elif "type" in schema:
        yield from _typed(documents, place)
    else:
        yield from _only(place, set(), "a value of any type")


def _typed(documents: Documents, place: Place) -> Iterator[Finding]:
    kind = place.schema["type"]
    if isinstance(kind, list):
        if len(kind) != 2 or kind[1] != "null" or kind[0] not in BY_TYPE:
            yield place.finding("construct", f"type {kind!r}: write [<one type>, 'null']")
            return
        kind = kind[0]
    if kind not in BY_TYPE:
        yield place.finding("construct", f"type {kind!r}")
        return
    if kind == "object":
        yield place.finding("anonymous", "an object in place: move it to $defs with a title")
        return
    yield from _only(place, BY_TYPE[kind] | {"type"}, f"a value of type {kind}")
    yield from _details(place)
    if kind == "array":
        if "items" not in place.schema:
            yield place.finding("construct", "an array without items")
            return
        items = Place(place.file, place.inside("items"), place.schema["items"])
        if "enum" in items.schema:
            yield items.finding("anonymous", "an enumeration of items: move it to $defs")
        yield from _value(documents, items)


def _details(place: Place) -> Iterator[Finding]:
    schema = place.schema
    if "format" in schema and schema["format"] not in FORMATS:
        yield place.finding("construct", f"format {schema['format']!r}")
    values = schema.get("enum")
    if values is not None:
        if not values or not all(isinstance(each, str) for each in values):
            yield place.finding("construct", "an enumeration of other things than strings")
        elif len(set(values)) != len(values):
            yield place.finding("construct", "an enumeration that repeats a value")


def _union(documents: Documents, place: Place) -> Iterator[Finding]:
    yield from _only(place, {"oneOf"}, "a union")
    members = place.schema["oneOf"]
    if len(members) < 2:
        yield place.finding("construct", "a union of one")
    for index, each in enumerate(members):
        yield from _reference(documents, place, each, place.inside("oneOf", index))


def _nullable(documents: Documents, place: Place) -> Iterator[Finding]:
    yield from _only(place, {"anyOf"}, "a nullable reference")
    members = place.schema["anyOf"]
    if len(members) != 2 or members[1] != {"type": "null"}:
        yield place.finding("construct", "anyOf other than [{$ref}, {type: null}]")
        return
    yield from _reference(documents, place, members[0], place.inside("anyOf", 0))


def _reference(
    documents: Documents, place: Place, schema: dict[str, Any], pointer: str
) -> Iterator[Finding]:
    at = Place(place.file, pointer, schema)
    if not isinstance(schema.get("$ref"), str):
        yield at.finding("construct", "must be a $ref")
        return
    yield from _only(at, {"$ref"}, "a reference")
    target = documents.target(place.file, schema["$ref"])
    if target is None:
        yield at.finding("unresolved", f"{schema['$ref']!r} leads nowhere")
    elif "title" not in target.schema and "$ref" not in target.schema:
        yield at.finding("unresolved", f"{schema['$ref']!r} leads to no definition")


def _only(place: Place, allowed: set[str], what: str) -> Iterator[Finding]:
    for key in sorted(set(place.schema) - allowed - WORDS - ANNOTATIONS):
        yield place.finding("construct", f"{key!r} on {what}")
