"""Our own annotations: where each may stand and what it may say."""

from __future__ import annotations

from collections.abc import Iterator

from speclint.documents import Finding, Place

ANNOTATIONS = {"x-soft", "x-twin", "x-always", "x-capability", "x-open", "x-secret"}
# What each way of being lenient asks of the property it stands on; None asks nothing.
SOFT = {
    "absent": None,
    "any": None,
    "true": "boolean",
    "only-true": "boolean",
    "clamp": "integer",
    "entries": "array",
    "strings": "array",
}


def check_annotations(place: Place, *, definition: bool) -> Iterator[Finding]:
    schema = place.schema
    if "x-open" in schema and ("enum" not in schema or schema["x-open"] is not True):
        yield place.finding("annotation", "x-open is `true`, on an enumeration")
    if "x-secret" in schema and schema["x-secret"] is not True:
        yield place.finding("annotation", "x-secret is `true`, or absent")
    if "x-capability" in schema and not isinstance(schema["x-capability"], str):
        yield place.finding("annotation", "x-capability names a capability")
    if definition:
        yield from _on_definition(place)
    else:
        yield from _on_property(place)


def _on_definition(place: Place) -> Iterator[Finding]:
    schema = place.schema
    for key in ("x-soft", "x-twin"):
        if key in schema:
            yield place.finding("annotation", f"{key} belongs on a property")
    always = schema.get("x-always", [])
    if "x-always" in schema and not always:
        yield place.finding("annotation", "x-always names at least one property")
    for key in always:
        if key not in schema.get("properties", {}):
            yield place.finding("annotation", f"x-always: {key!r} is no property")
        elif key in schema.get("required", []):
            yield place.finding("annotation", f"x-always: {key!r} is required anyway")


def _on_property(place: Place) -> Iterator[Finding]:
    schema = place.schema
    if "x-always" in schema:
        yield place.finding("annotation", "x-always belongs on an object")
    if "x-twin" in schema and not str(schema["x-twin"]).startswith("/"):
        yield place.finding("annotation", "x-twin is a path from the event's root")
    if "x-soft" in schema:
        yield from _soft(place)


def _soft(place: Place) -> Iterator[Finding]:
    schema = place.schema
    mark = schema["x-soft"]
    if mark not in SOFT:
        yield place.finding("annotation", f"x-soft {mark!r} is none of {', '.join(SOFT)}")
        return
    if not (place.file.startswith("actions/") and place.pointer.startswith("/$defs/Request/")):
        yield place.finding("annotation", "x-soft belongs on a request's property")
    needed = SOFT[mark]
    if needed is not None and schema.get("type") != needed:
        yield place.finding("annotation", f"x-soft {mark!r} needs the type {needed}")
    if mark == "clamp" and not {"default", "minimum", "maximum"} <= set(schema):
        yield place.finding("annotation", "x-soft clamp needs default, minimum and maximum")
    if mark == "true" and schema.get("default") is not True:
        yield place.finding("annotation", "x-soft true needs the default true")
