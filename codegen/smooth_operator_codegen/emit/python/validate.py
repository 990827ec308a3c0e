"""Emits `validate.py`: the shapes as a table, and a walker that is strict about what we send."""

from __future__ import annotations

from smooth_operator_codegen.emit.python.bundle import model_objects
from smooth_operator_codegen.emit.python.layout import header, literal, module, quote
from smooth_operator_codegen.emit.python.runtime import raw_pattern
from smooth_operator_codegen.emit.python.walker import WALKER
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
    Number,
    ObjectDef,
    Text,
    Type,
    UnionDef,
)

_RULE = """Strict checks of frames that we send; what we read goes through `decode` and `events`.

Every problem is one sentence that begins with the path from the frame's root. Keys that our side
always sends are required here even where a reader must do without them, and a list of values is
closed here even where readers take others."""


def emit_validate(contract: Contract) -> str:
    """The text of `validate.py`."""
    shapes = "".join(_shape(contract, each) for each in model_objects(contract))
    events = "".join(f"    {quote(each.type)}: {quote(each.schema)},\n" for each in contract.events)
    requests = "".join(
        f"    {quote(each.name)}: {quote(each.request)},\n" for each in contract.actions
    )
    twins = "".join(
        f"    {quote(each.type)}: ({''.join(pairs)}),\n"
        for each in contract.events
        if (pairs := _twins(contract, contract.object(each.schema), ()))
    )
    return module(
        header(contract, _RULE)
        + "\nimport re\nfrom collections.abc import Callable, Iterator\n"
        + "from typing import Any, Final, TypeAlias",
        WALKER,
        f"# fmt: off\n_SHAPES: Final[dict[str, _Shape]] = {{\n{shapes}}}\n# fmt: on",
        f"_EVENTS: Final[dict[str, str]] = {{\n{events}}}",
        f"_REQUESTS: Final[dict[str, str]] = {{\n{requests}}}",
        "# fmt: off\n_TWINS: Final[dict[str, tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]]]"
        f" = {{\n{twins}}}\n# fmt: on",
    )


def _shape(contract: Contract, definition: ObjectDef) -> str:
    fields = "".join(f"        {_field(contract, each)},\n" for each in definition.fields)
    return f"    {quote(definition.name)}: _Shape({definition.open}, {{\n{fields}    }}),\n"


def _field(contract: Contract, each: Field) -> str:
    check = _check(contract, each.type)
    if each.nullable:
        check = f"_or_null({check})"
    return f"{quote(each.name)}: ({each.always}, {check})"


def _check(contract: Contract, kind: Type) -> str:
    match contract.resolve(kind):
        case Text(min_length=low, max_length=high, pattern=pattern):
            spelled = "None" if pattern is None else raw_pattern(pattern)
            plain = low is None and high is None and pattern is None
            return "_text" if plain else f"_text_between({low}, {high}, {spelled})"
        case EnumDef(values=values):
            return f"_one_of({', '.join(quote(value) for value in values)})"
        case Const(value=value):
            return f"_one_of({literal(value)})"
        case Integer(minimum=low, maximum=high):
            return f"_integer_between({low}, {high})"
        case Number(minimum=low, maximum=high):
            return f"_number_between({low}, {high})"
        case Boolean():
            return "_boolean"
        case ListOf(item=item, min_items=low, max_items=high):
            return f"_list_of({_check(contract, item)}, {low}, {high})"
        case MapOf(value=value):
            return f"_map_of({_check(contract, value)})"
        case UnionDef(variants=variants):
            return f"_any_of({', '.join(_check(contract, each) for each in variants)})"
        case ObjectDef(name=name):
            return f"_shaped({quote(name)})"
        case AnyJson():
            return "_any"


def _twins(contract: Contract, owner: ObjectDef, path: tuple[str, ...]) -> list[str]:
    """Pairs of places that carry the same value, each pair followed by a comma."""
    found: list[str] = []
    for each in owner.fields:
        if each.twin is not None:
            found.append(f"({_path((*path, each.name))}, {_path(each.twin)}),")
        inner = contract.resolve(each.type)
        if isinstance(inner, ObjectDef) and len(path) < 3:
            found += _twins(contract, inner, (*path, each.name))
    return found


def _path(steps: tuple[str, ...]) -> str:
    inner = ", ".join(quote(each) for each in steps)
    return f"({inner},)" if len(steps) == 1 else f"({inner})"
