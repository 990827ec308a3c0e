"""Everything that the reader refuses: each message names file, JSON pointer and what to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Files = dict[str, Any]
Refusal = Callable[[Files], str]

GREET = "actions/greet.schema.json"
TOLD = "events/told.schema.json"
MOOD = "domain/mood.schema.json"


def set_at(files: Files, path: str, pointer: str, value: Any) -> None:
    """Put a value at a JSON pointer; None as a value removes the key."""
    *steps, last = [each.replace("~1", "/") for each in pointer.split("/")[1:]]
    target = files[path]
    for step in steps:
        target = target[int(step)] if isinstance(target, list) else target[step]
    if isinstance(target, list):
        target[int(last)] = value
    elif value is None:
        del target[last]
    else:
        target[last] = value


NAME = "/$defs/Request/properties/name"
DATA = "/$defs/Data/properties"

# file, pointer, new value (None: removed), the message
CASES: dict[str, tuple[str, str, Any, str]] = {
    "allOf": (
        GREET,
        NAME + "/allOf",
        [{}],
        f"{GREET}#{NAME}/allOf: the key 'allOf' is not modelled for a string; remove it or use",
    ),
    "if": (
        GREET,
        "/$defs/Request/if",
        {},
        f"{GREET}#/$defs/Request/if: the key 'if' is not modelled for an object; remove it or use",
    ),
    "patternProperties": (
        GREET,
        "/$defs/Request/patternProperties",
        {},
        f"{GREET}#/$defs/Request/patternProperties: the key 'patternProperties' is not modelled",
    ),
    "not": (
        GREET,
        NAME + "/not",
        {},
        f"{GREET}#{NAME}/not: the key 'not' is not modelled for a string",
    ),
    "exclusive bounds": (
        GREET,
        "/$defs/Request/properties/times/exclusiveMaximum",
        4,
        f"{GREET}#/$defs/Request/properties/times/exclusiveMaximum: the key 'exclusiveMaximum' is",
    ),
    "format": (
        GREET,
        NAME + "/format",
        "hostname",
        f"{GREET}#{NAME}/format: the format 'hostname' is not modelled; use ['date-time'",
    ),
    "anonymous object": (
        GREET,
        NAME,
        {"type": "object", "description": "x", "properties": {"a": {"type": "string"}}},
        f"{GREET}#{NAME}: is an anonymous object; move it to $defs with a title and a description",
    ),
    "anonymous object in a list": (
        TOLD,
        DATA + "/words/items",
        {"type": "object", "properties": {}},
        f"{TOLD}#{DATA}/words/items: is an anonymous object; move it to $defs",
    ),
    "object that does not say its keys": (
        GREET,
        NAME,
        {"type": "object", "description": "x"},
        f"{GREET}#{NAME}: is an anonymous object; move it to $defs",
    ),
    "undocumented field": (
        GREET,
        NAME + "/description",
        None,
        f"{GREET}#{NAME}: is an undocumented field; add a description (it may stand beside $ref)",
    ),
    "undocumented reference": (
        TOLD,
        "/properties/data/description",
        None,
        f"{TOLD}#/properties/data: is an undocumented field; add a description",
    ),
    "undocumented definition": (
        TOLD,
        "/$defs/Data/description",
        None,
        f"{TOLD}#/$defs/Data: is undocumented; add a description",
    ),
    "definition without a title": (
        TOLD,
        "/$defs/Data/title",
        None,
        f"{TOLD}#/$defs/Data: is an anonymous definition; give it a title in PascalCase",
    ),
    "title that is no type name": (
        TOLD,
        "/$defs/Data/title",
        "told data",
        f"{TOLD}#/$defs/Data/title: 'told data' is no type name; write a title in PascalCase",
    ),
    "title that is taken": (
        TOLD,
        "/$defs/Data/title",
        "Mood",
        f"{TOLD}#/$defs/Data/title: the title 'Mood' is taken by {MOOD}#; give every definition",
    ),
    "file id": (
        MOOD,
        "/$id",
        "https://elsewhere.example/mood",
        f"{MOOD}#/$id: is not 'https://smooth-operator.example/spec/{MOOD}'; let $id follow",
    ),
    "unresolved reference": (
        TOLD,
        DATA + "/mood/$ref",
        "../domain/gone.schema.json",
        f"{TOLD}#{DATA}/mood/$ref: '../domain/gone.schema.json' leads to no definition; refer to",
    ),
    "reference in circles": (
        TOLD,
        "/$defs/Data",
        {"$ref": "#/$defs/Data"},
        f"{TOLD}#/properties/data/$ref: refers to itself; let the reference end at a definition",
    ),
    "key beside a reference": (
        TOLD,
        DATA + "/mood/minLength",
        1,
        f"{TOLD}#{DATA}/mood/minLength: the key 'minLength' is not modelled for a reference",
    ),
    "unknown type": (
        GREET,
        NAME + "/type",
        "date",
        f"{GREET}#{NAME}/type: the type 'date' is not modelled here; use one of string, integer",
    ),
    "type list": (
        GREET,
        NAME + "/type",
        ["string", "integer"],
        f"{GREET}#{NAME}/type: the type list ['string', 'integer'] is not modelled; write [<one",
    ),
    "anyOf": (
        GREET,
        NAME,
        {"description": "x", "anyOf": [{"type": "string"}, {"type": "integer"}]},
        f"{GREET}#{NAME}/anyOf: is not modelled; write [<a type>, {{'type': 'null'}}], or a oneOf",
    ),
    "union of one": (
        GREET,
        NAME,
        {"description": "x", "oneOf": [{"type": "string"}]},
        f"{GREET}#{NAME}/oneOf: has a single variant; write the variant itself",
    ),
    "array without items": (
        TOLD,
        DATA + "/words/items",
        None,
        f"{TOLD}#{DATA}/words: is an array of unknown items; add items",
    ),
    "constant of another kind": (
        GREET,
        NAME,
        {"description": "x", "const": 1.5},
        f"{GREET}#{NAME}/const: is no string, integer or boolean; use another construct",
    ),
    "enumeration of numbers": (
        MOOD,
        "/enum",
        [1, 2],
        f"{MOOD}#/enum/0: is no text; write a non-empty string",
    ),
    "enumeration that repeats": (
        MOOD,
        "/enum",
        ["glad", "glad"],
        f"{MOOD}#/enum: repeats a value; list every value once",
    ),
    "bound that is no integer": (
        GREET,
        NAME + "/minLength",
        1.5,
        f"{GREET}#{NAME}/minLength: is no integer; write an integer",
    ),
    "object silent about other keys": (
        GREET,
        "/$defs/Request/additionalProperties",
        None,
        f"{GREET}#/$defs/Request: does not say whether other keys may come; add",
    ),
    "named and free keys": (
        GREET,
        "/$defs/Request/additionalProperties",
        {"type": "string"},
        f"{GREET}#/$defs/Request/additionalProperties: mixes named and free keys; write false,",
    ),
    "required that is no property": (
        GREET,
        "/$defs/Request/required",
        ["action", "nam"],
        f"{GREET}#/$defs/Request/required/1: 'nam' is no property; name a property of this object",
    ),
    "always that is no property": (
        TOLD,
        "/x-always",
        ["when"],
        f"{TOLD}#/x-always/0: 'when' is no property; name a property of this object",
    ),
    "default of a required field": (
        GREET,
        NAME + "/default",
        "x",
        f"{GREET}#{NAME}/default: is the default of a required field; drop one of the two",
    ),
    "default of another type": (
        GREET,
        "/$defs/Request/properties/times/default",
        "2",
        f"{GREET}#/$defs/Request/properties/times/default: is not a value of the field; write",
    ),
    "unknown softness": (
        GREET,
        NAME + "/x-soft",
        "kind",
        f"{GREET}#{NAME}/x-soft: 'kind' is no way to be soft; use one of absent, true,",
    ),
    "softness of another type": (
        GREET,
        NAME + "/x-soft",
        "clamp",
        f"{GREET}#{NAME}/x-soft: 'clamp' does not fit the type of the field; use another one",
    ),
    "clamp without default": (
        GREET,
        "/$defs/Request/properties/times/default",
        None,
        f"{GREET}#/$defs/Request/properties/times/x-soft: a clamped field needs a default; add",
    ),
    "twin that is no path": (
        TOLD,
        DATA + "/requestId/x-twin",
        "requestId",
        f"{TOLD}#{DATA}/requestId/x-twin: is no path from the event's root; write a path such as",
    ),
    "twin that leads nowhere": (
        TOLD,
        DATA + "/requestId/x-twin",
        "/data/id",
        f"{TOLD}#/data/requestId: its twin /data/id is no field of the event; name the path",
    ),
    "capability nobody knows": (
        TOLD,
        "/properties/seq/x-capability",
        "digits",
        f"{TOLD}#: ToldEvent.seq needs 'digits', no capability; list it",
    ),
    "container with a shape": (
        GREET,
        "/type",
        "object",
        f"{GREET}#/type: the key 'type' is not modelled for a file without a title, which only",
    ),
    "container that lists a shape": (
        GREET,
        "/oneOf/0",
        {"type": "string"},
        f"{GREET}#/oneOf/0/type: the key 'type' is not modelled for a part of a file without",
    ),
    "unknown key of the catalogue": (
        "catalogue.json",
        "/verbs",
        [],
        "catalogue.json#/verbs: the key 'verbs' is not modelled for the catalogue; remove it or",
    ),
    "missing part of the catalogue": (
        "catalogue.json",
        "/errors",
        None,
        "catalogue.json#: lacks 'errors'; add 'errors'",
    ),
    "name listed twice": (
        "catalogue.json",
        "/capabilities",
        [{"name": "a", "declaredIn": "hello", "description": "x"}] * 2,
        "catalogue.json#/capabilities/1/name: 'a' is listed twice; list it once",
    ),
    "unknown kind of answer": (
        "catalogue.json",
        "/actions/0/answer/kind",
        "shrug",
        "catalogue.json#/actions/0/answer/kind: 'shrug' is no kind of answer; use one of ack,",
    ),
    "ack without a response": (
        "catalogue.json",
        "/actions/0/answer/response",
        None,
        "catalogue.json#/actions/0/answer: is an ack without a response; name the schema of its",
    ),
    "event without a name": (
        "catalogue.json",
        "/actions/0/answer",
        {"kind": "event"},
        "catalogue.json#/actions/0/answer: is an event that is not named; list the event types",
    ),
    "answer by an unknown event": (
        "catalogue.json",
        "/actions/0/answer",
        {"kind": "event", "events": ["nod"]},
        "catalogue.json#/actions/0/answer/events: 'nod' is no event; list it under events",
    ),
    "unknown error code": (
        "catalogue.json",
        "/actions/0/errors",
        ["OUCH"],
        "catalogue.json#/actions/0/errors: 'OUCH' is no error code; list it there",
    ),
    "unknown advice": (
        "catalogue.json",
        "/errors/0/retry",
        "maybe",
        "catalogue.json#/errors/0/retry: 'maybe' is no advice; use one of never, later,",
    ),
    "limit that is no value": (
        "catalogue.json",
        "/limits/0/default",
        [3],
        "catalogue.json#/limits/0/default: is no plain value; write a number, a text or a boolean",
    ),
    "request that does not fix its action": (
        "catalogue.json",
        "/actions/0/name",
        "wave",
        "catalogue.json#/actions/0: GreetRequest does not fix 'action' to 'wave'; make 'action'",
    ),
    "event that does not fix its type": (
        "catalogue.json",
        "/events/0/type",
        "said",
        "catalogue.json#/events/0: ToldEvent does not fix 'type' to 'said'; make 'type' a required",
    ),
    "event the catalogue forgot": (
        "catalogue.json",
        "/events",
        [],
        f"{TOLD}#: ToldEvent is not in the catalogue; list it there",
    ),
    "sentence under another key": (
        "prompts.json",
        "/sentences/hello_name/id",
        "hello",
        "prompts.json#/sentences/hello_name/id: is not the key it stands under; let both agree",
    ),
    "sentence id": (
        "prompts.json",
        "/sentences",
        {"Hello": {"id": "Hello"}},
        "prompts.json#/sentences/Hello: 'Hello' is no sentence id; write it in snake_case",
    ),
    "placeholder that is not used": (
        "prompts.json",
        "/sentences/hello_name/placeholders",
        ["name", "age"],
        "prompts.json#/sentences/hello_name/placeholders: {age} is not in the text; use it or",
    ),
    "tool under another key": (
        "prompts.json",
        "/tools",
        {"a": {"name": "b", "description": "x", "parameters": {}}},
        "prompts.json#/tools/a/name: is not the key it stands under; let both agree",
    ),
    "code point": (
        "lexical-tables.json",
        "/drop",
        [["XYZ", "00AD"]],
        "lexical-tables.json#/drop/0: 'XYZ' is no code point; write 4 to 6 hexadecimal digits",
    ),
    "range that runs backwards": (
        "lexical-tables.json",
        "/drop",
        [["00AE", "00AD"]],
        "lexical-tables.json#/drop/0: is a range that ends before it begins; write the lower end",
    ),
    "requirement id": (
        "requirements.json",
        "/0/id",
        "frame-1",
        "requirements.json#/0/id: 'frame-1' is no requirement id; write AREA-NNN",
    ),
    "unobservable without a reason": (
        "requirements.json",
        "/0/observable",
        False,
        "requirements.json#/0: is unobservable without a reason; say why nobody can see it",
    ),
}


@pytest.mark.parametrize(("path", "pointer", "value", "message"), CASES.values(), ids=CASES)
def test_refuses(
    spec: Files, refusal: Refusal, path: str, pointer: str, value: Any, message: str
) -> None:
    set_at(spec, path, pointer, value)
    assert refusal(spec).startswith(message)


def test_a_requirement_is_numbered_once(spec: Files, refusal: Refusal) -> None:
    spec["requirements.json"] *= 2
    assert refusal(spec).startswith("requirements.json#/1/id: 'FRAME-001' is listed twice; number")


def test_an_enumeration_in_place_must_not_take_a_name(spec: Files, refusal: Refusal) -> None:
    set_at(spec, GREET, NAME, {"description": "x", "enum": ["a"], "title": "Mood"})
    expected = f"{GREET}#{NAME}: would be called 'Mood', which is taken; give it a title, or move"
    assert refusal(spec).startswith(expected)


@pytest.mark.parametrize("name", ["catalogue.json", "prompts.json", "requirements.json", "VERSION"])
def test_a_missing_file_is_named(spec: Files, refusal: Refusal, name: str) -> None:
    del spec[name]
    assert refusal(spec).startswith(f"{name}#: is missing; ")
