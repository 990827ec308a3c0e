"""A second emitter, in a page of code: the IR holds all that another language needs."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from smooth_operator_codegen.ir import (
    AliasDef,
    AnyJson,
    Boolean,
    Const,
    Contract,
    Definition,
    EnumDef,
    Integer,
    ListOf,
    MapOf,
    Named,
    Number,
    ObjectDef,
    Text,
    Type,
    UnionDef,
)


def typescript(contract: Contract) -> str:
    """Types, the union of events with a case for unknown ones, and the table of actions."""
    parts = [_declaration(each) for each in contract.definitions]
    cases = " | ".join(each.schema for each in contract.events)
    parts.append("export interface UnknownEvent { type: string; raw: unknown }")
    parts.append(f"export type Event = {cases} | UnknownEvent;")
    rows = ", ".join(f"{each.name}: {json.dumps(each.answer.kind)}" for each in contract.actions)
    parts.append(f"export const actions = {{ {rows} }} as const;")
    handlers = " ".join(f"{each.name}(request: {each.request}): void;" for each in contract.actions)
    parts.append(f"export interface Handlers {{ {handlers} }}")
    return "\n".join(parts) + "\n"


def _declaration(definition: Definition) -> str:
    doc = f"/** {definition.doc} */\n"
    match definition:
        case ObjectDef(name=name, fields=fields, open=is_open):
            rows = [
                f"  /** {each.doc} */\n  {each.name}{'' if each.required else '?'}: "
                f"{_type(each.type)}{' | null' if each.nullable else ''};"
                for each in fields
            ]
            rows += ["  [key: string]: unknown;"] if is_open else []
            return f"{doc}export interface {name} {{\n" + "\n".join(rows) + "\n}"
        case EnumDef(name=name, values=values, open=is_open):
            union = " | ".join(map(json.dumps, values))
            return f"{doc}export type {name} = {union}{' | (string & {})' if is_open else ''};"
        case UnionDef(name=name, variants=variants):
            return f"{doc}export type {name} = {' | '.join(map(_type, variants))};"
        case AliasDef(name=name, type=kind):
            return f"{doc}export type {name} = {_type(kind)};"


def _type(kind: Type) -> str:
    match kind:
        case Text():
            return "string"
        case Integer() | Number():
            return "number"
        case Boolean():
            return "boolean"
        case Const(value=value):
            return json.dumps(value)
        case AnyJson():
            return "unknown"
        case Named(name=name):
            return name
        case ListOf(item=item):
            return f"{_type(item)}[]"
        case MapOf(value=value):
            return f"Record<string, {_type(value)}>"


def test_the_miniature(spec: dict[str, Any], load: Callable[[dict[str, Any]], Contract]) -> None:
    text = typescript(load(spec))
    assert 'export type Mood = "glad" | "sad" | (string & {});' in text
    assert '  /** Which action. */\n  action: "greet";' in text
    assert "  requestId?: string;" in text
    assert "  words: string[];" in text
    assert "  mood?: Mood;" in text
    assert "export type Event = ToldEvent | UnknownEvent;" in text
    assert 'export const actions = { greet: "ack" } as const;' in text
    assert "greet(request: GreetRequest): void;" in text


def test_the_real_contract_leaves_no_name_open(contract: Contract) -> None:
    text = typescript(contract)
    declared = set(re.findall(r"export (?:interface|type) (\w+)", text))
    used = set(re.findall(r"[:|=(] ?([A-Z]\w+)", re.sub(r"/\*\*.*?\*/", "", text, flags=re.S)))
    assert used - declared <= {"Record"}
    assert {each.name for each in contract.definitions} <= declared


def test_numbers_lengths_and_presence_survive_into_the_ir(contract: Contract) -> None:
    """What Go, Rust and C# must tell apart and a structural language need not."""
    fields = [
        each
        for definition in contract.definitions
        if isinstance(definition, ObjectDef)
        for each in definition.fields
    ]
    assert any(isinstance(each.type, Integer) for each in fields)
    assert any(isinstance(each.type, Number) for each in fields)
    assert any(each.nullable and each.always for each in fields)
    assert any(each.nullable and not each.always for each in fields)
    assert any(each.always and not each.required for each in fields)
    assert any(each.has_default for each in fields)
    assert any(each.secret for each in fields)
    assert any(isinstance(each.type, Text) and each.type.max_length for each in fields)
    unions = [each for each in contract.definitions if isinstance(each, UnionDef)]
    assert any(each.discriminator == "type" for each in unions)
    assert any(each.discriminator is None for each in unions)
