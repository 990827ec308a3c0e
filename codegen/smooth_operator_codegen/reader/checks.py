"""Checks what only shows when schemas and catalogue are seen together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from smooth_operator_codegen.ir import (
    Action,
    AnswerKind,
    Const,
    Definition,
    Event,
    ListOf,
    Named,
    ObjectDef,
    Origin,
    Soft,
    UnionDef,
)
from smooth_operator_codegen.reader.catalogue import FILE, Catalogue
from smooth_operator_codegen.refusal import SpecError


def check(catalogue: Catalogue, definitions: tuple[Definition, ...]) -> None:
    """Raise SpecError on the first disagreement."""
    by_name = {each.name: each for each in definitions}
    for position, action in enumerate(catalogue.actions):
        _check_action(f"/actions/{position}", action, catalogue, by_name)
    for position, event in enumerate(catalogue.events):
        _check_event(f"/events/{position}", event, by_name)
    _check_capabilities(catalogue, definitions)
    _check_all_listed(catalogue, definitions)


def _check_action(
    pointer: str, action: Action, catalogue: Catalogue, by_name: Mapping[str, Definition]
) -> None:
    _fixed(pointer, by_name[action.request], "action", action.name)
    _readable(by_name[action.request], by_name, ())
    known = {each.code for each in catalogue.errors}
    for code in action.errors:
        if code not in known:
            raise SpecError(
                FILE, f"{pointer}/errors", f"{code!r} is no error code", "list it there"
            )
    types = {each.type for each in catalogue.events}
    for name in action.answer.events:
        if name not in types:
            raise SpecError(
                FILE, f"{pointer}/answer/events", f"{name!r} is no event", "list it under events"
            )
    response = action.answer.response
    if action.answer.kind is AnswerKind.ACK and not isinstance(by_name[response or ""], ObjectDef):
        raise SpecError(FILE, f"{pointer}/answer", f"{response} is no object", "answer an object")


def _check_event(pointer: str, event: Event, by_name: Mapping[str, Definition]) -> None:
    root = _fixed(pointer, by_name[event.schema], "type", event.type)
    for path, twin in _twins(root, by_name, ()):
        if not _leads(root, twin, by_name):
            raise SpecError(
                root.place.partition("#")[0],
                "/" + "/".join(path),
                f"its twin /{'/'.join(twin)} is no field of the event",
                "name the path from the event's root",
            )


def _readable(
    definition: Definition, by_name: Mapping[str, Definition], above: tuple[str, ...]
) -> None:
    """A request is read by rules per type; for a choice of types the contract has no such rule."""
    if isinstance(definition, UnionDef):
        file, _, pointer = definition.place.partition("#")
        raise SpecError(
            file,
            pointer,
            "is a union within a request, and nothing says how a bad value is refused",
            "use one type, or mark the field x-soft: any and leave it to the action",
        )
    if not isinstance(definition, ObjectDef) or definition.name in above:
        return
    for field in definition.fields:
        kind = field.type.item if isinstance(field.type, ListOf) else field.type
        if isinstance(kind, Named) and field.soft is not Soft.ANY:
            _readable(by_name[kind.name], by_name, (*above, definition.name))


def _fixed(pointer: str, definition: Definition, key: str, value: str) -> ObjectDef:
    if isinstance(definition, ObjectDef):
        found = definition.find(key)
        if found is not None and found.required and found.type == Const(value):
            return definition
    raise SpecError(
        FILE,
        pointer,
        f"{definition.name} does not fix {key!r} to {value!r}",
        f"make {key!r} a required constant of that schema",
    )


def _check_capabilities(catalogue: Catalogue, definitions: tuple[Definition, ...]) -> None:
    known = {each.name for each in catalogue.capabilities}
    used = [(FILE, each.name, each.capability) for each in catalogue.actions]
    used += [(FILE, each.type, each.capability) for each in catalogue.events]
    used += [(FILE, each.kind, each.capability) for each in catalogue.interactions]
    used += [
        (each.place.partition("#")[0], f"{each.name}.{field.name}", field.capability)
        for each in definitions
        if isinstance(each, ObjectDef)
        for field in each.fields
    ]
    for file, where, name in used:
        if name is not None and name not in known:
            raise SpecError(file, "", f"{where} needs {name!r}, no capability", "list it")


def _check_all_listed(catalogue: Catalogue, definitions: tuple[Definition, ...]) -> None:
    """An event or request that the catalogue forgets would silently not exist."""
    listed = {each.schema for each in catalogue.events} | {
        each.request for each in catalogue.actions
    }
    for each in definitions:
        if not isinstance(each, ObjectDef) or each.name in listed:
            continue
        key = {Origin.EVENT: "type", Origin.ACTION: "action"}.get(each.origin)
        found = each.find(key) if key else None
        is_frame = each.place.endswith(("#", "#/$defs/Request"))
        if found is not None and isinstance(found.type, Const) and is_frame:
            file = each.place.partition("#")[0]
            raise SpecError(file, "", f"{each.name} is not in the catalogue", "list it there")


def _twins(
    owner: ObjectDef, by_name: Mapping[str, Definition], path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    for field in owner.fields:
        if field.twin is not None:
            yield (*path, field.name), field.twin
        inner = by_name.get(field.type.name) if isinstance(field.type, Named) else None
        if isinstance(inner, ObjectDef) and len(path) < 3:
            yield from _twins(inner, by_name, (*path, field.name))


def _leads(root: ObjectDef, path: tuple[str, ...], by_name: Mapping[str, Definition]) -> bool:
    owner: Definition | None = root
    for step in path:
        if not isinstance(owner, ObjectDef):
            return False
        found = owner.find(step)
        if found is None:
            return False
        owner = by_name.get(found.type.name) if isinstance(found.type, Named) else None
    return True
