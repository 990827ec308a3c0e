"""Emits `decode.py`: frames read as requests, by the contract's rules for bad values."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from smooth_operator_codegen.emit.python.layout import (
    bracket,
    header,
    literal,
    module,
    quote,
    signature,
)
from smooth_operator_codegen.emit.python.names import constant, snake
from smooth_operator_codegen.emit.python.runtime import (
    DECODE_RUNTIME,
    raw_pattern,
    used_parts,
)
from smooth_operator_codegen.ir import (
    Action,
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
    Soft,
    Text,
    Type,
    UnionDef,
)
from smooth_operator_codegen.refusal import SpecError

_RULE = """Reads a frame as a request. Pure: no settings, no state.

Null counts as absent and unknown keys are ignored. A required field that is missing, or a value
of the wrong type or out of its bounds, raises FieldError; fields that the contract calls soft
fall back instead. Lengths are code points, `10.0` is an integer, and `format` is never enforced.
`requestId` arrives as the frame layer left it."""


@dataclass(slots=True)
class _Readers:
    """What requests share: readers of nested objects, and checks with bounds, under their names."""

    functions: dict[str, str] = field(default_factory=dict)
    checks: dict[str, str] = field(default_factory=dict)

    def named(self, owner: str, expression: str) -> str:
        """The constant that holds a check; equal checks share the first one's name."""
        for name, known in self.checks.items():
            if known == expression:
                return name
        self.checks[owner] = expression
        return owner


def emit_decode(contract: Contract) -> str:
    """The text of `decode.py`."""
    readers = _Readers()
    requests = [_request(contract, each, readers) for each in contract.actions]
    table = "".join(f"    {quote(each.name)}: _{snake(each.name)},\n" for each in contract.actions)
    checks = "\n".join(_assigned(name, each) for name, each in readers.checks.items())
    # A check may hold a reader, while readers look their checks up when they run.
    parts = [*readers.functions.values(), checks, *requests]
    runtime = used_parts(DECODE_RUNTIME, "\n".join(parts) + "decode_request FieldError Check")
    _need_sentences(contract, runtime)
    needs_re = "import re\n" if "re." in runtime + checks else ""
    return module(
        header(contract, _RULE)
        + f"\n{needs_re}from collections.abc import Callable\nfrom typing import Any, Final\n\n"
        + "from smooth_operator.protocol import models, prompts\n"
        + "from smooth_operator.protocol.dispatch import Request\n\n"
        + "Check = Callable[[Any, str], Any]",
        runtime,
        *parts,
        f"_READERS: Final[dict[str, Callable[[dict[str, Any]], Request]]] = {{\n{table}}}",
    )


def _need_sentences(contract: Contract, runtime: str) -> None:
    known = {each.id for each in contract.sentences}
    for name in re.findall(r"prompts\.(\w+)", runtime):
        if name.lower() not in known:
            raise SpecError(
                "prompts.json",
                "/sentences",
                f"lacks {name.lower()!r}, with which bad fields are refused",
                "add the sentence",
            )


def _assigned(name: str, call: str) -> str:
    start, _, arguments = call.partition("(")
    return bracket(f"{name}: Final = {start}(", [arguments.removesuffix(")")], ")")


def _request(contract: Contract, action: Action, readers: _Readers) -> str:
    definition = contract.object(action.request)
    body = _construct(contract, definition, readers, "frame", "")
    head = signature(
        f"def _{snake(action.name)}", ["frame: dict[str, Any]"], f" -> models.{definition.name}:"
    )
    return f"{head}\n{body}"


def _nested(contract: Contract, definition: ObjectDef, readers: _Readers) -> str:
    """The reader of an object within a request; its errors name the path from the frame."""
    name = f"_read_{snake(definition.name)}"
    if definition.name not in readers.functions:
        readers.functions[definition.name] = ""  # holds the place: objects may nest themselves
        body = _construct(contract, definition, readers, "source", "at")
        readers.functions[definition.name] = (
            f"def {name}(value: Any, at: str) -> models.{definition.name}:\n"
            f"    source = _object(value, at)\n{body}"
        )
    return name


def _construct(
    contract: Contract, definition: ObjectDef, readers: _Readers, source: str, at: str
) -> str:
    rows: list[str] = []
    for each in definition.fields:
        kind = contract.resolve(each.type)
        if isinstance(kind, Const):
            rows.append(f"        {snake(each.name)}={literal(kind.value)},")
        else:
            function, arguments = _reading(contract, definition, each, readers, source, at)
            rows.append(_row(f"{snake(each.name)}={function}", arguments))
    return f"    return models.{definition.name}.model_construct(\n" + "\n".join(rows) + "\n    )"


def _row(start: str, arguments: list[str]) -> str:
    """One keyword of the constructor call, laid out as ruff would."""
    if not arguments:
        return f"        {start},"
    line = f"        {start}({', '.join(arguments)}),"
    if len(line) <= 100:
        return line
    inner = ", ".join(arguments)
    if len(inner) + 12 <= 100:
        return f"        {start}(\n            {inner}\n        ),"
    rows = "".join(f"            {each},\n" for each in arguments)
    return f"        {start}(\n{rows}        ),"


def _reading(
    contract: Contract, owner: ObjectDef, each: Field, readers: _Readers, source: str, at: str
) -> tuple[str, list[str]]:
    """The function that reads one field, and its arguments (none: an expression by itself)."""
    raw = f"{source}.get({quote(each.name)})"
    where = quote(each.name) if not at else f"{at} + {quote('.' + each.name)}"
    kind = contract.resolve(each.type)
    name = f"_{constant(owner.name)}_{constant(each.name)}"
    match each.soft:
        case Soft.TRUE:
            return "_soft_true", [raw]
        case Soft.ONLY_TRUE:
            return f"{raw} is True", []
        case Soft.STRINGS:
            return "_soft_strings", [raw]
        case Soft.ENTRIES:
            assert isinstance(kind, ListOf)
            return "_soft_entries", [raw, where, _check(contract, kind.item, readers, name)]
        case Soft.CLAMP:
            assert isinstance(kind, Integer)
            bounds = [str(kind.minimum), str(kind.maximum), str(each.default)]
            return "_soft_clamp", [raw, *bounds]
        case Soft.ABSENT:
            check = _check(contract, each.type, readers, name)
            return "_soft_absent", [raw, where, _python_type(kind), check]
        case Soft.ANY | None:
            pass
    check = "_any" if each.soft is Soft.ANY else _check(contract, each.type, readers, name)
    if each.required:
        return "_required", [raw, where, check]
    if check == "_any":
        return raw, []
    default = [literal(each.default)] if each.has_default else []
    return "_optional", [raw, where, check, *default]


def _python_type(kind: object) -> str:
    """What a value must be an instance of for a soft field to look further."""
    match kind:
        case Text() | EnumDef():
            return "str"
        case Boolean():
            return "bool"
        case ListOf():
            return "list"
        case ObjectDef() | MapOf():
            return "dict"
        case Integer() | Number():
            return "(int, float)"
        case _:
            return "object"


def _check(contract: Contract, kind: Type, readers: _Readers, name: str) -> str:
    """The expression of a function (value, at) → value that refuses what does not fit."""
    match contract.resolve(kind):
        case Text(min_length=None, max_length=None, pattern=None) | EnumDef(open=True):
            return "_text"
        case Text() as text:
            return readers.named(name, _bounded_text(text))
        case EnumDef(values=values):
            inner = ", ".join(quote(value) for value in values)
            return readers.named(name, f"_one_of({inner})")
        case Integer(minimum=None, maximum=None):
            return "_integer"
        case Integer(minimum=low, maximum=high):
            return readers.named(name, f"_integer_between({low}, {high})")
        case Number(minimum=None, maximum=None):
            return "_number"
        case Number(minimum=low, maximum=high):
            return readers.named(name, f"_number_between({low}, {high})")
        case Boolean():
            return "_boolean"
        case ListOf(item=item, min_items=low, max_items=high):
            inner = _check(contract, item, readers, f"{name}_ITEM")
            return readers.named(name, f"_list_of({inner}, {low}, {high})")
        case MapOf(value=AnyJson()):
            return "_object"
        case MapOf(value=value):
            return readers.named(
                name, f"_map_of({_check(contract, value, readers, f'{name}_VALUE')})"
            )
        case ObjectDef() as definition:
            return _nested(contract, definition, readers)
        case Const(value=value):
            return readers.named(name, f"_one_of({literal(value)})")
        case AnyJson():
            return "_any"
        case UnionDef():
            raise AssertionError("the reader refuses unions within requests")


def _bounded_text(text: Text) -> str:
    pattern = "None"
    if text.pattern is not None:
        pattern = f"re.compile({raw_pattern(text.pattern)})"
    return f"_text_between({text.min_length}, {text.max_length}, {pattern})"
