"""What the lint refuses: one case for each refusal, on a contract of three small files."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from speclint import Documents, lint

BASE = "https://smooth-operator.example/spec/"


def shape(title: str, properties: dict[str, Any], required: list[str], *examples: Any) -> Any:
    return {
        "title": title,
        "description": "A shape.",
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
        "examples": list(examples),
    }


def const(value: str) -> dict[str, Any]:
    return {"type": "string", "const": value, "description": "Says what it is."}


def text(**more: Any) -> dict[str, Any]:
    return {"type": "string", "description": "A text.", **more}


def contract() -> dict[str, Any]:
    """A contract with nothing wrong: one action, two events, a shared shape, a catalogue."""
    ask = shape(
        "AskRequest",
        {
            "action": const("ask"),
            "limit": {
                "type": "integer",
                "description": "How many.",
                "default": 1,
                "minimum": 1,
                "maximum": 9,
                "x-soft": "clamp",
            },
        },
        ["action"],
        {"action": "ask"},
    )
    told = shape("TellData", {"token": text(**{"x-twin": "/token"})}, ["token"], {"token": "x"})
    tell = shape(
        "TellEvent",
        {
            "type": const("tell"),
            "token": text(),
            "data": {"$ref": "#/$defs/Data", "description": "The same."},
            "seq": {"type": "integer", "description": "Place.", "x-capability": "numbers"},
        },
        ["type", "token", "data"],
        {"type": "tell", "token": "x", "data": {"token": "x"}},
    )
    hush = shape("HushEvent", {"type": const("hush")}, ["type"], {"type": "hush"})
    note = shape("Note", {"text": text(), "kind": text(enum=["a", "b"])}, [], {"text": "x"})
    return {
        "actions/ask.schema.json": {
            "description": "Asking.",
            "oneOf": [{"$ref": "#/$defs/Request"}, {"$ref": "#/$defs/Response"}],
            "$defs": {
                "Request": ask,
                "Response": shape(
                    "AskResponse",
                    {"note": {"$ref": "../domain/note.schema.json", "description": "A note."}},
                    ["note"],
                    {"note": {}},
                ),
            },
        },
        "domain/note.schema.json": note,
        "events/tell.schema.json": {**tell, "$defs": {"Data": told}},
        "events/hush.schema.json": hush,
        "catalogue.json": {
            "actions": [
                {
                    "name": "ask",
                    "request": "actions/ask.schema.json#/$defs/Request",
                    "errors": ["BAD"],
                    "answer": {
                        "kind": "ack",
                        "response": "actions/ask.schema.json#/$defs/Response",
                    },
                }
            ],
            "events": [
                {"type": "tell", "schema": "events/tell.schema.json", "inLog": True},
                {"type": "hush", "schema": "events/hush.schema.json", "inLog": False},
            ],
            "errors": [{"code": "BAD"}],
            "capabilities": [{"name": "numbers", "declaredIn": ["hello"]}],
            "interactions": [],
            "limits": [],
        },
    }


def findings(change: Callable[[dict[str, Any]], None]) -> list[str]:
    documents = copy.deepcopy(contract())
    for path, document in documents.items():
        if path.endswith(".schema.json"):
            document["$schema"] = "https://json-schema.org/draft/2020-12/schema"
            document["$id"] = BASE + path
    change(documents)
    return [f"{each.rule}: {each}" for each in lint(Documents(documents))]


def at(documents: dict[str, Any], path: str) -> Any:
    """A node by file (`ask`, `note`, `tell`, `hush`, `cat`) and steps."""
    files = {
        "ask": "actions/ask.schema.json",
        "note": "domain/note.schema.json",
        "tell": "events/tell.schema.json",
        "hush": "events/hush.schema.json",
        "cat": "catalogue.json",
    }
    first, *steps = path.split(".")
    node = documents[files[first]]
    for step in steps:
        node = node[int(step) if isinstance(node, list) else step]
    return node


def put(path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    where, _, key = path.rpartition(".")

    def change(documents: dict[str, Any]) -> None:
        at(documents, where)[key] = value

    return change


def drop(path: str) -> Callable[[dict[str, Any]], None]:
    where, _, key = path.rpartition(".")

    def change(documents: dict[str, Any]) -> None:
        node = at(documents, where)
        del node[int(key) if isinstance(node, list) else key]

    return change


def remove_file(path: str) -> Callable[[dict[str, Any]], None]:
    def change(documents: dict[str, Any]) -> None:
        del documents[path]

    return change


LIMIT = "ask.$defs.Request.properties.limit"
TEXT = "note.properties.text"
CASES: dict[str, tuple[str, Callable[[dict[str, Any]], None]]] = {
    # names and words
    "an anonymous definition": ("anonymous", drop("note.title")),
    "an object in place": (
        "anonymous",
        put(
            TEXT,
            {"type": "object", "description": "x", "properties": {}, "additionalProperties": False},
        ),
    ),
    "a map in place": (
        "anonymous",
        put(
            TEXT, {"type": "object", "description": "x", "additionalProperties": {"type": "string"}}
        ),
    ),
    "an object as item": (
        "anonymous",
        put(TEXT, {"type": "array", "description": "x", "items": {"type": "object"}}),
    ),
    "an enumeration of items": (
        "anonymous",
        put(
            TEXT, {"type": "array", "description": "x", "items": {"type": "string", "enum": ["a"]}}
        ),
    ),
    "an undocumented field": ("undocumented", drop(f"{TEXT}.description")),
    "an undocumented reference": ("undocumented", drop("tell.properties.data.description")),
    "an undocumented definition": ("undocumented", drop("tell.$defs.Data.description")),
    "an undocumented file": ("undocumented", drop("ask.description")),
    "a title that is no name": ("title", put("note.title", "a note")),
    "a title that is taken": ("title", put("note.title", "AskRequest")),
    "a title on a property": ("construct", put(f"{TEXT}.title", "Text")),
    "a property in snake case": ("title", put("note.properties.my_text", text())),
    "an $id of another place": ("id", put("note.$id", BASE + "note.schema.json")),
    # references
    "a reference into nothing": ("unresolved", put("tell.properties.data.$ref", "#/$defs/Payload")),
    "a reference to a missing file": (
        "unresolved",
        put("ask.$defs.Response.properties.note.$ref", "../domain/nope.schema.json"),
    ),
    "a reference to a property": (
        "unresolved",
        put("tell.properties.data.$ref", "#/properties/token"),
    ),
    "a keyword beside a reference": ("construct", put("tell.properties.data.minLength", 1)),
    # constructs
    "allOf": ("construct", put("note.allOf", [])),
    "if": ("construct", put("note.if", {})),
    "not": ("construct", put(f"{TEXT}.not", {})),
    "patternProperties": ("construct", put("note.patternProperties", {})),
    "propertyNames": ("construct", put("note.propertyNames", {})),
    "minProperties": ("construct", put("note.minProperties", 1)),
    "uniqueItems": (
        "construct",
        put(TEXT, {"type": "array", "description": "x", "items": text(), "uniqueItems": True}),
    ),
    "an array without items": ("construct", put(TEXT, {"type": "array", "description": "x"})),
    "multipleOf": ("construct", put(f"{LIMIT}.multipleOf", 2)),
    "exclusiveMinimum": ("construct", put(f"{LIMIT}.exclusiveMinimum", 0)),
    "a bound of another type": ("construct", put(f"{TEXT}.minimum", 1)),
    "two types": ("construct", put(f"{TEXT}.type", ["string", "integer"])),
    "an unknown type": ("construct", put(f"{TEXT}.type", "text")),
    "an unknown format": ("construct", put(f"{TEXT}.format", "ipv4")),
    "an enumeration of numbers": ("construct", put("note.properties.kind.enum", [1, 2])),
    "an enumeration that repeats": ("construct", put("note.properties.kind.enum", ["a", "a"])),
    "anyOf of two shapes": (
        "construct",
        put(
            TEXT,
            {
                "description": "x",
                "anyOf": [{"$ref": "note.schema.json"}, {"$ref": "note.schema.json"}],
            },
        ),
    ),
    "a union of types in place": (
        "construct",
        put(TEXT, {"description": "x", "oneOf": [{"type": "string"}, {"type": "integer"}]}),
    ),
    "a union of one": (
        "construct",
        put(TEXT, {"description": "x", "oneOf": [{"$ref": "note.schema.json"}]}),
    ),
    "definitions and keywords in one file": ("construct", put("ask.type", "object")),
    "an object that does not say if it is open": ("open", drop("note.additionalProperties")),
    "named and free keys": ("construct", put("note.additionalProperties", {"type": "string"})),
    "a required key that is no property": ("required", put("note.required", ["nope"])),
    # annotations
    "x-soft that is no way": ("annotation", put(f"{LIMIT}.x-soft", "round")),
    "x-soft of another type": ("annotation", put(f"{LIMIT}.x-soft", "strings")),
    "x-soft clamp without default": ("annotation", drop(f"{LIMIT}.default")),
    "x-soft true without default": (
        "annotation",
        put(LIMIT, {"type": "boolean", "description": "x", "x-soft": "true"}),
    ),
    "x-soft outside a request": ("annotation", put(f"{TEXT}.x-soft", "absent")),
    "x-soft on a definition": ("annotation", put("note.x-soft", "absent")),
    "x-open without enumeration": ("annotation", put(f"{TEXT}.x-open", True)),
    "x-open that is false": ("annotation", put("note.properties.kind.x-open", False)),
    "x-secret that is false": ("annotation", put(f"{TEXT}.x-secret", False)),
    "x-always of no property": ("annotation", put("note.x-always", ["nope"])),
    "x-always of a required one": ("annotation", put("tell.x-always", ["token"])),
    "x-always of nothing": ("annotation", put("note.x-always", [])),
    "x-always on a property": ("annotation", put(f"{TEXT}.x-always", ["text"])),
    "x-capability without name": ("annotation", put("tell.properties.seq.x-capability", True)),
    "an annotation that nobody knows": ("construct", put(f"{TEXT}.x-colour", "red")),
    "a twin of nothing": ("twin", put("tell.$defs.Data.properties.token.x-twin", "/tokens")),
    "a twin that is no path": (
        "annotation",
        put("tell.$defs.Data.properties.token.x-twin", "token"),
    ),
    "a twin outside an event": (
        "twin",
        put("ask.$defs.Request.properties.action.x-twin", "/action"),
    ),
    # examples
    "no example": ("example", put("note.examples", [])),
    "an example that does not fit": ("example", put("note.examples", [{"text": 1}])),
    "a default that does not fit": ("default", put(f"{LIMIT}.default", 0)),
    "a default of a required field": (
        "default",
        put("ask.$defs.Request.properties.action.default", "ask"),
    ),
    "a root that takes a frame twice": (
        "overlap",
        lambda documents: at(documents, "ask.$defs.Response").update(
            properties={}, required=[], additionalProperties=True, examples=[{}]
        ),
    ),
    "an event that takes another's frame": (
        "frame",
        lambda documents: (
            at(documents, "hush").update(additionalProperties=True),
            at(documents, "hush.properties.type").pop("const"),
            documents.pop("catalogue.json"),
        )[0],
    ),
    # catalogue
    "an action without schema": ("catalogue", remove_file("actions/ask.schema.json")),
    "an event without schema": ("catalogue", remove_file("events/hush.schema.json")),
    "a schema that is not listed": ("catalogue", drop("cat.events.1")),
    "an entry listed twice": (
        "catalogue",
        lambda documents: at(documents, "cat.errors").append({"code": "BAD"}),
    ),
    "another name than the schema's": ("catalogue", put("cat.actions.0.name", "beg")),
    "an unknown error code": ("catalogue", put("cat.actions.0.errors", ["WORSE"])),
    "an unknown answering event": ("catalogue", put("cat.actions.0.answer.events", ["shout"])),
    "an unlisted capability": ("catalogue", put("cat.capabilities", [])),
    "a log entry without seq": ("catalogue", put("cat.events.0.inLog", False)),
    "another capability than the schema's": (
        "catalogue",
        put("cat.events.1.capability", "numbers"),
    ),
}


def test_a_clean_contract_has_no_findings() -> None:
    assert findings(lambda documents: None) == []


@pytest.mark.parametrize("case", CASES)
def test_it_refuses(case: str) -> None:
    rule, change = CASES[case]
    found = findings(change)
    assert any(each.startswith(f"{rule}: ") for each in found), found


def test_an_enumeration_and_the_catalogue_must_agree() -> None:
    def change(documents: dict[str, Any]) -> None:
        documents["domain/error-descriptor.schema.json"] = {
            "$id": BASE + "domain/error-descriptor.schema.json",
            **shape("ErrorDescriptor", {"code": text(enum=["WORSE"])}, [], {"code": "WORSE"}),
        }

    assert any("lists other names" in each for each in findings(change))


def test_the_envelope_must_take_every_frame() -> None:
    def change(documents: dict[str, Any]) -> None:
        documents["envelope.schema.json"] = {
            "$id": BASE + "envelope.schema.json",
            "description": "Every frame.",
            "oneOf": [
                {"$ref": "actions/ask.schema.json#/$defs/Request"},
                {"$ref": "events/tell.schema.json"},
            ],
            "$defs": {
                "Nothing": {
                    "title": "Nothing",
                    "description": "x",
                    "type": "string",
                    "examples": ["x"],
                }
            },
        }

    assert any("the envelope does not take" in each for each in findings(change))
