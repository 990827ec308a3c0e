"""Writes the wire's objects as one fully named schema for datamodel-code-generator.

Shapes only: bounds belong to `decode.py` and `validate.py`, so that a client still reads a frame
whose text is longer than we would ever send.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any

from smooth_operator_codegen.ir import (
    AnyJson,
    Boolean,
    Const,
    Contract,
    EnumDef,
    Field,
    Integer,
    ListOf,
    MapOf,
    Named,
    Number,
    ObjectDef,
    Soft,
    Text,
    Type,
    UnionDef,
)

_DOC_WIDTH = 92


def model_objects(contract: Contract) -> tuple[ObjectDef, ...]:
    """Every object that becomes a model, those it refers to first."""
    ordered: dict[str, ObjectDef] = {}

    def visit(name: str, above: tuple[str, ...]) -> None:
        definition = contract.definition(name)
        if name in ordered or name in above:
            return
        if isinstance(definition, ObjectDef):
            for field in definition.fields:
                for each in _mentioned(contract, field.type):
                    visit(each, (*above, name))
            ordered[name] = definition

    for each in _roots(contract):
        visit(each, ())
    return tuple(ordered.values())


def _roots(contract: Contract) -> Iterator[str]:
    """What the catalogue names; bodies outside the frames are no business of a client."""
    for action in contract.actions:
        yield action.request
        for part in (action.answer.response, action.answer.accepted):
            if part is not None:
                yield part
    for event in contract.events:
        yield event.schema
    for card in contract.interactions:
        yield from (card.spec, card.values, card.payload)


def outward_only(contract: Contract) -> frozenset[str]:
    """Objects that appear in requests and in nothing that a client reads: extras are refused."""
    sent = _reachable(contract, (each.request for each in contract.actions))
    read = _reachable(contract, (each.schema for each in contract.events))
    answers = (each.answer.response for each in contract.actions)
    read |= _reachable(contract, (each for each in answers if each))
    return frozenset(sent - read)


def bundle(contract: Contract) -> dict[str, Any]:
    """The schema; every object under its title."""
    strict = outward_only(contract)
    requests = {each.request for each in contract.actions}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$defs": {
            each.name: _object(contract, each, each.name in strict, each.name in requests)
            for each in model_objects(contract)
        },
    }


def _object(
    contract: Contract, definition: ObjectDef, strict: bool, is_request: bool
) -> dict[str, Any]:
    properties = {
        field.name: {
            **_property(contract, field, is_request),
            "description": _wrapped(field.doc),
        }
        for field in definition.fields
    }
    schema: dict[str, Any] = {
        "title": definition.name,
        "description": _wrapped(definition.doc),
        "type": "object",
        "properties": properties,
        "required": [
            field.name
            for field in definition.fields
            if field.required and "default" not in properties[field.name]
        ],
    }
    if definition.open:
        schema["additionalProperties"] = True
    elif strict:
        schema["additionalProperties"] = False
    return schema


def _property(contract: Contract, field: Field, is_request: bool) -> dict[str, Any]:
    # Any value may come for such a field, and the server looks at it; the model must not.
    schema = {} if field.soft is Soft.ANY else _schema(contract, field.type)
    if field.nullable and schema:
        schema = {"anyOf": [schema, {"type": "null"}]}
    if is_request and "const" in schema:
        schema = {**schema, "default": schema["const"]}
    if field.has_default:
        schema = {**schema, "default": field.default}
    return schema


def _schema(contract: Contract, kind: Type) -> dict[str, Any]:
    match contract.resolve(kind):
        case ObjectDef(name=name):
            return {"$ref": f"#/$defs/{name}"}
        case EnumDef(open=False, values=values):
            return {"type": "string", "enum": list(values)}
        case UnionDef(variants=variants):
            return {"oneOf": [_schema(contract, each) for each in variants]}
        case ListOf(item=item):
            return {"type": "array", "items": _schema(contract, item)}
        case MapOf(value=value):
            inner = _schema(contract, value)
            return {"type": "object", "additionalProperties": inner or True}
        case Const(value=value):
            return {"const": value}
        case AnyJson():
            return {}
        case Text() | EnumDef():
            return {"type": "string"}
        case Integer():
            return {"type": "integer"}
        case Number():
            return {"type": "number"}
        case Boolean():
            return {"type": "boolean"}


def _mentioned(contract: Contract, kind: Type) -> Iterator[str]:
    match contract.resolve(kind):
        case ListOf(item=inner) | MapOf(value=inner):
            yield from _mentioned(contract, inner)
        case ObjectDef(name=name):
            yield name
        case UnionDef(variants=variants):
            for each in variants:
                yield from _mentioned(contract, each)
        case _:
            return


def _reachable(contract: Contract, roots: Iterator[str]) -> set[str]:
    found: set[str] = set()
    waiting = [each for root in roots for each in _mentioned(contract, Named(root))]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            for field in contract.object(name).fields:
                waiting += _mentioned(contract, field.type)
    return found


def _wrapped(text: str) -> str:
    lines = (textwrap.fill(each, _DOC_WIDTH) for each in text.split("\n"))
    return "\n".join(lines)
