"""Where in the reference each definition stands, so that every link leads somewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from smooth_operator_codegen.emit.reference.markdown import anchor
from smooth_operator_codegen.ir import Contract, ObjectDef, Origin


def places(contract: Contract) -> Mapping[str, str]:
    """Page and fragment by title; what no frame shows in full stands on the page of objects."""
    found: dict[str, str] = {}
    for event in contract.events:
        for name in (event.schema, *(each.name for each in event_data(contract, event.schema))):
            found.setdefault(name, f"events.md#{anchor(event.type)}")
    for action in contract.actions:
        for part in (action.request, action.answer.response, action.answer.accepted):
            if part is not None:
                found.setdefault(part, f"actions.md#{anchor(action.name)}")
    for card in contract.interactions:
        for part in (card.spec, card.values, card.payload):
            found.setdefault(part, f"capabilities.md#{anchor(card.kind)}")
    for each in contract.definitions:
        page = "agents-file.md" if each.origin is Origin.AGENTS_FILE else "objects.md"
        found.setdefault(each.name, f"{page}#{anchor(each.name)}")
    return found


def event_data(contract: Contract, name: str) -> Iterator[ObjectDef]:
    """The object under `data`, and the one under its own `data`."""
    field = contract.object(name).find("data")
    inner = contract.resolve(field.type) if field is not None else None
    if isinstance(inner, ObjectDef):
        yield inner
        yield from event_data(contract, inner.name)
