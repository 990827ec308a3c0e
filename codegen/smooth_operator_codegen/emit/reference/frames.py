"""The pages of actions and events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from smooth_operator_codegen.emit.reference.fields import describe, examples, fields_table
from smooth_operator_codegen.emit.reference.markdown import anchor, code, link, page, table
from smooth_operator_codegen.emit.reference.places import event_data
from smooth_operator_codegen.ir import (
    Action,
    AnswerKind,
    Contract,
    Event,
    Named,
    ObjectDef,
)


def actions_page(contract: Contract, where: Mapping[str, str]) -> str:
    """Every frame that a client may send."""
    rows = [
        [link(code(each.name), f"#{anchor(each.name)}"), _answer(each), each.doc]
        for each in contract.actions
    ]
    return page(
        contract,
        "Actions",
        "Frames from client to server. Null counts as absent, unknown keys are ignored, and"
        " lengths are counted in Unicode code points.",
        [
            table(["Action", "Answered by", "What it does"], rows),
            *(each for action in contract.actions for each in _action(contract, action, where)),
        ],
    )


def _answer(action: Action) -> str:
    events = ", ".join(link(code(each), f"events.md#{each}") for each in action.answer.events)
    match action.answer.kind:
        case AnswerKind.ACK:
            status = link(
                f"`immediate_response` {action.answer.status}", "events.md#immediate_response"
            )
            return f"{status} or {events}" if events else status
        case AnswerKind.TURN:
            return "a turn"
        case AnswerKind.EVENT:
            return events
        case AnswerKind.NOTHING:
            return f"nothing of its own; may cause {events}" if events else "nothing"


def _action(contract: Contract, action: Action, where: Mapping[str, str]) -> Iterator[str]:
    request = contract.object(action.request)
    yield f"## {action.name}"
    yield request.doc
    if action.capability is not None:
        yield f"Needs {link(code(action.capability), 'capabilities.md')}."
    yield fields_table(request, where)
    yield from examples(request)
    yield f"**Answered by** {_answer(action)}."
    if action.answer.messages:
        said = " or ".join(code(each) for each in action.answer.messages)
        yield f"`message` is {said}."
    for label, name in (("`data`", action.answer.accepted), ("Result", action.answer.response)):
        if name is not None:
            yield from _payload(contract, label, name, where)
    if action.errors:
        codes = ", ".join(link(code(each), "errors.md") for each in action.errors)
        yield f"**Errors**: {codes}."


def _payload(contract: Contract, label: str, name: str, where: Mapping[str, str]) -> Iterator[str]:
    definition = contract.definition(name)
    if not isinstance(definition, ObjectDef):
        yield f"**{label}**: {describe(Named(name), where)}. {definition.doc}"
        return
    yield f"**{label}** ({name}). {definition.doc}"
    yield fields_table(definition, where)
    yield from examples(definition)


def events_page(contract: Contract, where: Mapping[str, str]) -> str:
    """Every frame that a server may send."""
    rows = [
        [
            link(code(each.type), f"#{anchor(each.type)}"),
            "yes" if each.ends_turn else "no",
            "yes" if each.logged else "no",
            code(each.capability) if each.capability else "–",
            each.doc,
        ]
        for each in contract.events
    ]
    return page(
        contract,
        "Events",
        "Frames from server to client. A server sends exactly these keys; a reader ignores keys"
        " and types that it does not know.",
        [
            table(["Event", "Ends a turn", "Has `seq`", "Capability", "What it says"], rows),
            *(each for event in contract.events for each in _event(contract, event, where)),
        ],
    )


def _event(contract: Contract, event: Event, where: Mapping[str, str]) -> Iterator[str]:
    root = contract.object(event.schema)
    yield f"## {event.type}"
    yield root.doc
    yield fields_table(root, where)
    path = "data"
    for inner in event_data(contract, event.schema):
        yield f"**`{path}`** ({inner.name}). {inner.doc}"
        yield fields_table(inner, where)
        path = f"{path}.data"
    yield from examples(root)
