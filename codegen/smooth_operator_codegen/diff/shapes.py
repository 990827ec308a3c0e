"""Compares definitions, each by the ways it travels.

Inward (requests) a peer may always be served more: an optional field, a looser bound, a new value.
Outward (events, acks) it must never get what it did not ask for: there every new key, value or
looser bound is breaking unless a capability guards it, and every narrower one is additive.
A definition that travels both ways is held to both.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from smooth_operator_codegen.diff.change import Bump, Change
from smooth_operator_codegen.diff.ways import Ways, ways
from smooth_operator_codegen.ir import (
    AliasDef,
    Contract,
    Definition,
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


@dataclass(frozen=True, slots=True)
class _Side:
    """Judges by the ways that a definition travels."""

    way: Ways
    before: Contract
    after: Contract

    @property
    def wider(self) -> Bump:
        """More is allowed than before."""
        return Bump.MAJOR if self.way.outward else Bump.MINOR

    @property
    def narrower(self) -> Bump:
        """Less is allowed than before."""
        return Bump.MAJOR if self.way.inward else Bump.MINOR


def compare_shapes(before: Contract, after: Contract) -> Iterator[Change]:
    """Every definition that both have; one that came or went shows where it was used."""
    old = {each.name: each for each in before.definitions}
    new = {each.name: each for each in after.definitions}
    travel_before, travel_after = ways(before), ways(after)
    for name in old.keys() & new.keys():
        way = travel_before.get(name, Ways()) | travel_after.get(name, Ways())
        yield from _definition(old[name], new[name], _Side(way, before, after))
    for name in old.keys() - new.keys():
        if travel_before.get(name, Ways()).travels:
            yield Change(Bump.MINOR, name, "is gone as a definition")
    for name in new.keys() - old.keys():
        if travel_after.get(name, Ways()).travels:
            yield Change(Bump.MINOR, name, "is new as a definition")


def _definition(old: Definition, new: Definition, side: _Side) -> Iterator[Change]:
    if type(old) is not type(new):
        yield Change(Bump.MAJOR, old.name, "became another kind of definition")
        return
    if isinstance(old, ObjectDef) and isinstance(new, ObjectDef):
        yield from _object(old, new, side)
    elif isinstance(old, EnumDef) and isinstance(new, EnumDef):
        yield from _enum(old, new, side)
    elif isinstance(old, UnionDef) and isinstance(new, UnionDef):
        if old.variants != new.variants:
            yield Change(Bump.MAJOR, old.name, "has other variants")
    elif isinstance(old, AliasDef) and isinstance(new, AliasDef):
        yield from _type(old.name, old.type, new.type, side)
    if old.doc != new.doc:
        yield Change(Bump.PATCH, old.name, "is described in other words")


def _object(old: ObjectDef, new: ObjectDef, side: _Side) -> Iterator[Change]:
    was = {each.name: each for each in old.fields}
    now = {each.name: each for each in new.fields}
    for key in was.keys() - now.keys():
        yield Change(Bump.MAJOR, f"{old.name}.{key}", "is gone")
    for key in now.keys() - was.keys():
        yield _new_field(old, now[key], side)
    for key in was.keys() & now.keys():
        yield from _field(f"{old.name}.{key}", was[key], now[key], side)
    if old.open != new.open:
        bump = side.wider if new.open else side.narrower
        yield Change(bump, old.name, "is open now" if new.open else "is closed now")


def _new_field(owner: ObjectDef, field: Field, side: _Side) -> Change:
    place = f"{owner.name}.{field.name}"
    if side.way.inward and field.required:
        return Change(Bump.MAJOR, place, "is new and required")
    if side.way.exact and field.capability is None:
        if not owner.open:
            return Change(Bump.MAJOR, place, "is new and needs no capability")
        return Change(Bump.MINOR, place, "is new in an open object")
    return Change(Bump.MINOR, place, "is new")


def _field(place: str, old: Field, new: Field, side: _Side) -> Iterator[Change]:
    yield from _type(place, old.type, new.type, side)
    if old.required != new.required:
        bump = side.narrower if new.required else side.wider
        yield Change(bump, place, f"is {'required' if new.required else 'optional'} now")
    elif old.always != new.always:
        yield Change(Bump.MINOR, place, f"is always sent: {old.always} became {new.always}")
    if old.nullable != new.nullable:
        bump = side.wider if new.nullable else side.narrower
        yield Change(bump, place, f"{'may' if new.nullable else 'must not'} be null now")
    for label, was, now in (
        ("default", old.default, new.default),
        ("rule for bad values", old.soft, new.soft),
        ("twin", old.twin, new.twin),
        ("capability", old.capability, new.capability),
    ):
        if was != now:
            yield Change(Bump.MAJOR, place, f"its {label} {was} became {now}")
    if old.doc != new.doc:
        yield Change(Bump.PATCH, place, "is described in other words")


def _enum(old: EnumDef, new: EnumDef, side: _Side) -> Iterator[Change]:
    # Readers of an open list are ready for values they do not know.
    wider = Bump.MINOR if old.open and new.open else side.wider
    for value in set(new.values) - set(old.values):
        yield Change(wider, old.name, f"{value!r} is new")
    for value in set(old.values) - set(new.values):
        yield Change(side.narrower, old.name, f"{value!r} is gone")
    if old.open != new.open:
        bump = side.wider if new.open else side.narrower
        yield Change(bump, old.name, "is open now" if new.open else "is closed now")


def _type(place: str, was: Type, now: Type, side: _Side) -> Iterator[Change]:
    if was == now:
        return
    # A name is no part of the wire: what stands behind it is.
    old, new = side.before.resolve(was), side.after.resolve(now)
    if old == new:
        return
    if isinstance(old, Text) and isinstance(new, Text):
        if old.pattern != new.pattern:
            yield Change(Bump.MAJOR, place, "has another pattern")
        yield from _bounds(place, old.min_length, new.min_length, side, lower=True)
        yield from _bounds(place, old.max_length, new.max_length, side, lower=False)
        if old.format != new.format:
            yield Change(Bump.PATCH, place, "has another format")
    elif isinstance(old, Integer | Number) and type(old) is type(new):
        assert isinstance(new, Integer | Number)
        yield from _bounds(place, old.minimum, new.minimum, side, lower=True)
        yield from _bounds(place, old.maximum, new.maximum, side, lower=False)
    elif isinstance(old, ListOf) and isinstance(new, ListOf):
        yield from _type(place, old.item, new.item, side)
        yield from _bounds(place, old.min_items, new.min_items, side, lower=True)
        yield from _bounds(place, old.max_items, new.max_items, side, lower=False)
    elif isinstance(old, MapOf) and isinstance(new, MapOf):
        yield from _type(place, old.value, new.value, side)
    elif isinstance(old, EnumDef) and isinstance(new, EnumDef):
        yield from _enum(replace(old, name=place), new, side)
    elif isinstance(old, ObjectDef) and isinstance(new, ObjectDef) and old.name != new.name:
        yield from _object(replace(old, name=place), new, side)
    else:
        yield Change(Bump.MAJOR, place, "has another type")


def _bounds(
    place: str, old: float | None, new: float | None, side: _Side, *, lower: bool
) -> Iterator[Change]:
    if old == new:
        return
    looser = new is None or (old is not None and (new < old if lower else new > old))
    word = "lower" if lower else "upper"
    bump = side.wider if looser else side.narrower
    yield Change(bump, place, f"its {word} bound {old} became {new}")
