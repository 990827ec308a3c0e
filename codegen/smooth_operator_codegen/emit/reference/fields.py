"""Describes types and fields of the IR in words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from smooth_operator_codegen.emit.reference.markdown import code, example, link, table
from smooth_operator_codegen.ir import (
    AnyJson,
    Boolean,
    Const,
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
)

_SOFT = {
    Soft.ABSENT: "Any other type counts as absent.",
    Soft.TRUE: "Anything but a boolean counts as `true`.",
    Soft.ONLY_TRUE: "Counts only when it is `true`.",
    Soft.CLAMP: "No integer, or too small: the default; too large: the maximum.",
    Soft.ENTRIES: "No array counts as absent; bad entries are dropped.",
    Soft.STRINGS: "No array counts as absent; entries that are no strings are dropped.",
    Soft.ANY: "Every value but null reaches the action.",
}


def describe(kind: Type, where: Mapping[str, str]) -> str:
    """A type in a few words; definitions link to where they stand."""
    match kind:
        case Text(format=form):
            return f"string ({form})" if form else "string"
        case Integer():
            return "integer"
        case Number():
            return "number"
        case Boolean():
            return "boolean"
        case Const(value=value):
            return code(json.dumps(value))
        case AnyJson():
            return "any JSON"
        case ListOf(item=item):
            return f"array of {describe(item, where)}"
        case MapOf(value=AnyJson()):
            return "object with free keys"
        case MapOf(value=value):
            return f"object of {describe(value, where)}"
        case Named(name=name):
            return link(name, where[name])


def bounds(kind: Type) -> str:
    """The limits of a value as a sentence, or nothing."""
    match kind:
        case Text(min_length=low, max_length=high):
            return _range(low, high, "characters")
        case Integer(minimum=low, maximum=high) | Number(minimum=low, maximum=high):
            return _range(low, high, "")
        case ListOf(min_items=low, max_items=high):
            return _range(low, high, "entries")
        case _:
            return ""


def _range(low: float | None, high: float | None, unit: str) -> str:
    after = f" {unit}" if unit else ""
    if low is not None and high is not None:
        return f"{low} to {high}{after}."
    if low == 1:
        return "Not empty." if unit else "At least 1."
    if low is not None:
        return f"At least {low}{after}."
    return f"At most {high}{after}." if high is not None else ""


def fields_table(definition: ObjectDef, where: Mapping[str, str]) -> str:
    """One row a field, or a sentence when there is none."""
    if not definition.fields:
        return "No keys." if not definition.open else "Free keys."
    rows = [
        [code(each.name), describe(each.type, where), _presence(each), " ".join(_notes(each))]
        for each in definition.fields
    ]
    return table(["Key", "Type", "Presence", "Meaning"], rows)


def _presence(field: Field) -> str:
    if field.required:
        word = "required"
    elif field.always:
        word = "always sent by our servers"
    else:
        word = "optional"
    return f"{word}, may be null" if field.nullable else word


def _notes(field: Field) -> Iterator[str]:
    yield field.doc
    if limit := bounds(field.type):
        yield limit
    if field.has_default:
        yield f"Default: {code(json.dumps(field.default))}."
    if field.soft is not None:
        yield _SOFT[field.soft]
    if field.twin is not None:
        yield f"Equal to {code('/' + '/'.join(field.twin))}."
    if field.capability is not None:
        yield f"Only on connections with {link(field.capability, 'capabilities.md')}."
    if field.secret:
        yield "Secret: never logged."


def examples(definition: ObjectDef) -> list[str]:
    """Its examples as blocks."""
    return [example(each) for each in definition.examples]
