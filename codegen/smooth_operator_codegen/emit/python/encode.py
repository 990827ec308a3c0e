"""Emits `encode.py`: one function per event that builds exactly the wire's keys."""

from __future__ import annotations

from dataclasses import dataclass, field

from smooth_operator_codegen.emit.python.annotations import given, optional
from smooth_operator_codegen.emit.python.layout import (
    docstring,
    header,
    module,
    quote,
    signature,
)
from smooth_operator_codegen.emit.python.names import snake
from smooth_operator_codegen.ir import Const, Contract, Event, Field, ObjectDef
from smooth_operator_codegen.refusal import SpecError

_RULE = """One function per event: exactly the keys of the contract, twins included.

Keys that only connections with a protocol capability see (`seq`, `seqFrom`, `replay`, the
envelope's `conversationId`) are not made here: the outbox adds them.
"""


@dataclass(slots=True)
class _Plan:
    """What a function takes, and how its object is written."""

    parameters: dict[str, str] = field(default_factory=dict)


def emit_encode(contract: Contract) -> str:
    """The text of `encode.py`; it imports nothing but typing."""
    functions = [_function(contract, each) for each in contract.events]
    text = "\n".join(functions)
    abstract = [name for name in ("Mapping", "Sequence") if f"{name}[" in text]
    names = "Any, Literal" if "Literal[" in text else "Any"
    imports = f"from collections.abc import {', '.join(abstract)}\n" if abstract else ""
    return module(
        header(contract, _RULE) + f"\n{imports}from typing import {names}",
        *functions,
    )


def _function(contract: Contract, event: Event) -> str:
    root = contract.object(event.schema)
    plan = _Plan()
    body = _object(contract, root, plan, root, "frame", 4)
    head = signature(
        f"def {snake(event.type)}", ["*", *plan.parameters.values()], " -> dict[str, Any]:"
    )
    return "\n".join([head, docstring(event.doc, 4), *body, "    return frame"])


def _object(
    contract: Contract, definition: ObjectDef, plan: _Plan, root: ObjectDef, name: str, indent: int
) -> list[str]:
    """Statements that leave the object in a variable of that name."""
    pad = " " * indent
    before: list[str] = []
    fixed: list[str] = []
    after: list[str] = []
    for each in definition.fields:
        if each.capability is not None and definition is root:
            continue
        inner = contract.resolve(each.type)
        if each.name == "data" and isinstance(inner, ObjectDef) and not inner.open:
            variable = "data" if name == "frame" else "inner"
            before += _object(contract, inner, plan, root, variable, indent)
            fixed.append(f"{quote(each.name)}: {variable}")
            continue
        value = _value(contract, each, plan, root)
        if _is_fixed(contract, each):
            fixed.append(f"{quote(each.name)}: {value}")
        else:
            after += [
                f"{pad}if {value} is not None:",
                f"{pad}    {name}[{quote(each.name)}] = {value}",
            ]
    return [*before, *_literal(name, fixed, indent), *after]


def _literal(name: str, fixed: list[str], indent: int) -> list[str]:
    pad = " " * indent
    line = f"{pad}{name}: dict[str, Any] = {{{', '.join(fixed)}}}"
    if len(line) <= 100:
        return [line]
    return [
        f"{pad}{name}: dict[str, Any] = {{",
        *(f"{pad}    {each}," for each in fixed),
        f"{pad}}}",
    ]


def _value(contract: Contract, each: Field, plan: _Plan, root: ObjectDef) -> str:
    """The expression of a field; its parameter joins the plan unless another place has it."""
    kind = contract.resolve(each.type)
    if isinstance(kind, Const):
        return quote(kind.value) if isinstance(kind.value, str) else repr(kind.value)
    if each.twin is not None and not _leads(contract, root, each):
        return snake(each.twin[-1])
    name = snake(each.name)
    if name in plan.parameters:
        file, _, pointer = root.place.partition("#")
        raise SpecError(
            file,
            pointer,
            f"{each.name!r} stands at two levels and is no twin, but becomes one argument",
            "mark one with x-twin, or give it another name",
        )
    annotation = given(contract, each.type)
    if not each.always:
        plan.parameters[name] = f"{name}: {optional(annotation)} = None"
    else:
        plan.parameters[name] = f"{name}: {optional(annotation) if each.nullable else annotation}"
    return name


def _leads(contract: Contract, root: ObjectDef, each: Field) -> bool:
    """Whether a twin is the one of its pair that takes the argument.

    It is when the other one is not made here; of two that name each other, the outer one is.
    """
    assert each.twin is not None
    first = root.find(each.twin[0])
    if first is not None and first.capability is not None:
        return True
    return each in root.fields and _at(contract, root, each.twin).twin is not None


def _at(contract: Contract, root: ObjectDef, path: tuple[str, ...]) -> Field:
    """The field at the end of a path that the reader has checked."""
    owner = root
    found = owner.find(path[0])
    for step in path[1:]:
        assert found is not None
        inner = contract.resolve(found.type)
        assert isinstance(inner, ObjectDef)
        found = inner.find(step)
    assert found is not None
    return found


def _is_fixed(contract: Contract, each: Field) -> bool:
    """Whether the key is there whatever the arguments are."""
    return each.always or isinstance(contract.resolve(each.type), Const)
