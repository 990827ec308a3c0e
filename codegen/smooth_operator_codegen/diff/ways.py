"""Which definitions travel inward (in requests) and which outward (in events and acks)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from smooth_operator_codegen.ir import (
    AliasDef,
    Contract,
    Definition,
    EnumDef,
    ListOf,
    MapOf,
    Named,
    ObjectDef,
    Type,
    UnionDef,
)


@dataclass(frozen=True, slots=True)
class Ways:
    """`exact`: outward also to peers that asked for nothing; they may drop an unknown key."""

    inward: bool = False
    outward: bool = False
    exact: bool = False

    def __or__(self, other: Ways) -> Ways:
        return Ways(
            self.inward or other.inward,
            self.outward or other.outward,
            self.exact or other.exact,
        )

    @property
    def travels(self) -> bool:
        return self.inward or self.outward


def ways(contract: Contract) -> dict[str, Ways]:
    """By definition; one that is missing stands in no frame.

    The agents file is read by a server, so it counts as inward; so do the values of a card.
    """
    found: dict[str, Ways] = {}
    for each in contract.actions:
        _mark(contract, each.request, Ways(inward=True), found)
        for part in (each.answer.response, each.answer.accepted):
            if part is not None:
                _mark(contract, part, Ways(outward=True, exact=each.capability is None), found)
    for event in contract.events:
        _mark(contract, event.schema, Ways(outward=True, exact=event.capability is None), found)
    for card in contract.interactions:
        _mark(contract, card.spec, Ways(outward=True, exact=True), found)
        _mark(contract, card.values, Ways(inward=True, outward=True, exact=True), found)
    if contract.agents_file is not None:
        _mark(contract, contract.agents_file, Ways(inward=True), found)
    return found


def _mark(contract: Contract, name: str, way: Ways, found: dict[str, Ways]) -> None:
    merged = found.get(name, Ways()) | way
    if found.get(name) == merged:
        return
    found[name] = merged
    for each in _mentioned(contract.definition(name)):
        _mark(contract, each, way, found)


def _mentioned(definition: Definition) -> Iterator[str]:
    match definition:
        case ObjectDef(fields=fields):
            for each in fields:
                yield from _names(each.type)
        case UnionDef(variants=variants):
            for variant in variants:
                yield from _names(variant)
        case AliasDef(type=kind):
            yield from _names(kind)
        case EnumDef():
            return


def _names(kind: Type) -> Iterator[str]:
    match kind:
        case Named(name=name):
            yield name
        case ListOf(item=inner) | MapOf(value=inner):
            yield from _names(inner)
        case _:
            return
