"""How types of the IR are spelled as Python annotations and as the models' bundled schema."""

from __future__ import annotations

from smooth_operator_codegen.emit.python.layout import literal
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


def given(contract: Contract, kind: Type) -> str:
    """The annotation of a JSON value that goes into a frame as it is (objects are mappings)."""
    match contract.resolve(kind):
        case ListOf(item=item):
            return f"Sequence[{given(contract, item)}]"
        case ObjectDef() | MapOf():
            return "Mapping[str, Any]"
        case UnionDef(variants=variants):
            return _joined([given(contract, each) for each in variants])
        case other:
            return _scalar(other)


def accepted(contract: Contract, kind: Type) -> str:
    """The annotation of an argument that becomes part of a frame: models or plain dicts."""
    match contract.resolve(kind):
        case ListOf(item=item):
            return f"Sequence[{accepted(contract, item)}]"
        case MapOf():
            return "Mapping[str, Any]"
        case ObjectDef(name=name):
            return f"{name} | Mapping[str, Any]"
        case UnionDef(variants=variants):
            return _joined([accepted(contract, each) for each in variants])
        case other:
            return _scalar(other)


def optional(annotation: str) -> str:
    """`X | None`; what is Any already takes None."""
    return annotation if annotation == "Any" else f"{annotation} | None"


def is_const(contract: Contract, field: Field) -> bool:
    return isinstance(contract.resolve(field.type), Const)


def _joined(parts: list[str]) -> str:
    return " | ".join(dict.fromkeys(parts))


def _scalar(
    kind: Text | Integer | Number | Boolean | Const | AnyJson | EnumDef,
) -> str:
    match kind:
        case Text():
            return "str"
        case EnumDef(open=True):
            return "str"
        case EnumDef(values=values):
            return f"Literal[{', '.join(literal(each) for each in values)}]"
        case Integer():
            return "int"
        case Number():
            return "float"
        case Boolean():
            return "bool"
        case Const(value=value):
            return f"Literal[{literal(value)}]"
        case AnyJson():
            return "Any"
