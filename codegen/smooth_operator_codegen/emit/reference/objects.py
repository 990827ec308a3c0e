"""The pages of named objects and of the agents file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from smooth_operator_codegen.emit.reference.fields import describe, examples, fields_table
from smooth_operator_codegen.emit.reference.markdown import code, example, page
from smooth_operator_codegen.ir import (
    AliasDef,
    Contract,
    Definition,
    EnumDef,
    ObjectDef,
    Origin,
    UnionDef,
)


def objects_page(contract: Contract, where: Mapping[str, str]) -> str:
    """Every named shape that stands on no other page, in alphabetical order."""
    shown = [each for each in contract.definitions if where[each.name].startswith("objects.md")]
    shown.sort(key=lambda each: each.name)
    return page(
        contract,
        "Objects",
        "The named shapes within frames, and those that travel beside them.",
        [part for each in shown for part in _entry(each, "##", where)],
    )


def agents_file_page(contract: Contract, where: Mapping[str, str]) -> str:
    """The file that `SMOOTH_AGENT_AGENTS` names."""
    shown = [each for each in contract.definitions if each.origin is Origin.AGENTS_FILE]
    shown.sort(key=lambda each: each.name != contract.agents_file)
    return page(
        contract,
        "Agents file",
        "The JSON file that `SMOOTH_AGENT_AGENTS` names: which agents a server has, how each one"
        " talks, and what it may use. Unknown keys refuse to start.",
        [part for each in shown for part in _entry(each, "##", where)],
    )


def _entry(definition: Definition, level: str, where: Mapping[str, str]) -> Iterator[str]:
    yield f"{level} {definition.name}"
    yield definition.doc
    match definition:
        case ObjectDef():
            yield fields_table(definition, where)
            yield from examples(definition)
        case EnumDef(values=values):
            yield f"One of {', '.join(code(each) for each in values)}."
            if definition.open:
                yield "Other values may come."
        case UnionDef(variants=variants):
            yield f"One of {', '.join(describe(each, where) for each in variants)}."
            if definition.discriminator is not None:
                yield f"Told apart by {code(definition.discriminator)}."
        case AliasDef(type=kind):
            said = describe(kind, where)
            yield f"{said[:1].upper()}{said[1:]}."
            yield from (example(each) for each in definition.examples)
