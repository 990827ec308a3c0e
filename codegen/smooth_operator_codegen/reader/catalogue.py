"""Reads `catalogue.json`: who answers whom, and every code, capability and limit by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from smooth_operator_codegen.ir import (
    Action,
    Answer,
    AnswerKind,
    Capability,
    CloseCode,
    ErrorCode,
    Event,
    Interaction,
    Limit,
)
from smooth_operator_codegen.reader.node import Node
from smooth_operator_codegen.reader.titles import Titles

FILE = "catalogue.json"
_RETRY = ("never", "later", "after-change")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Catalogue:
    protocol_version: str
    actions: tuple[Action, ...]
    events: tuple[Event, ...]
    errors: tuple[ErrorCode, ...]
    capabilities: tuple[Capability, ...]
    interactions: tuple[Interaction, ...]
    close_codes: tuple[CloseCode, ...]
    limits: tuple[Limit, ...]


def read_catalogue(document: Any, titles: Titles) -> Catalogue:
    """The catalogue as it stands; references into the schemas become titles."""
    root = Node(FILE, "", document)
    root.only(
        {
            "$schema",
            "$comment",
            "description",
            "protocolVersion",
            "actions",
            "events",
            "errors",
            "capabilities",
            "interactions",
            "closeCodes",
            "limits",
            "metrics",
            "logKeys",
            "routes",
            "shapes",
        },
        "the catalogue",
    )
    return Catalogue(
        protocol_version=root.child("protocolVersion").string(),
        actions=all_of(root, "actions", "name", lambda each: _action(each, titles)),
        events=all_of(root, "events", "type", lambda each: _event(each, titles)),
        errors=all_of(root, "errors", "code", _error),
        capabilities=all_of(root, "capabilities", "name", _capability),
        interactions=all_of(root, "interactions", "kind", lambda each: _interaction(each, titles)),
        close_codes=all_of(root, "closeCodes", "code", _close_code),
        limits=all_of(root, "limits", "name", _limit),
    )


def all_of(root: Node, key: str, identity: str, read: Callable[[Node], T]) -> tuple[T, ...]:
    seen: set[Any] = set()
    for each in root.child(key).items():
        name = each.child(identity)
        if name.value in seen:
            name.refuse(f"{name.value!r} is listed twice", "list it once")
        seen.add(name.value)
    return tuple(read(each) for each in root.child(key).items())


def _action(node: Node, titles: Titles) -> Action:
    node.only({"name", "request", "answer", "errors", "capability", "description"}, "an action")
    return Action(
        name=node.child("name").string(),
        request=titles.resolve(node.child("request")),
        doc=node.child("description").string(),
        answer=_answer(node.child("answer"), titles),
        errors=node.child("errors").strings(),
        capability=node.text_or_none("capability"),
        file=_file(node.child("request")),
    )


def _file(node: Node) -> str:
    """The file of a reference, as the requirements' places spell it."""
    return node.string().partition("#")[0]


def _answer(node: Node, titles: Titles) -> Answer:
    node.only({"kind", "response", "accepted", "status", "messages", "events"}, "an answer")
    kind = node.child("kind")
    if kind.value not in set(AnswerKind):
        kind.refuse(f"{kind.value!r} is no kind of answer", f"use one of {', '.join(AnswerKind)}")
    if kind.value == AnswerKind.ACK and not node.has("response"):
        node.refuse("is an ack without a response", "name the schema of its data")
    if kind.value == AnswerKind.EVENT and not node.has("events"):
        node.refuse("is an event that is not named", "list the event types that answer")
    response, accepted = node.maybe("response"), node.maybe("accepted")
    messages, events = node.maybe("messages"), node.maybe("events")
    status = node.maybe("status")
    return Answer(
        kind=AnswerKind(kind.value),
        response=titles.resolve(response) if response else None,
        accepted=titles.resolve(accepted) if accepted else None,
        status=status.integer() if status else None,
        messages=messages.strings() if messages else (),
        events=events.strings() if events else (),
    )


def _event(node: Node, titles: Titles) -> Event:
    node.only(
        {"type", "schema", "endsTurn", "inLog", "published", "capability", "description"},
        "an event",
    )
    return Event(
        type=node.child("type").string(),
        schema=titles.resolve(node.child("schema")),
        doc=node.child("description").string(),
        ends_turn=node.child("endsTurn").boolean(),
        logged=node.child("inLog").boolean(),
        published=node.child("published").boolean(),
        capability=node.text_or_none("capability"),
        file=_file(node.child("schema")),
    )


def _error(node: Node) -> ErrorCode:
    node.only({"code", "when", "retry", "endsTurn", "sent"}, "an error code")
    retry = node.child("retry")
    if retry.value not in _RETRY:
        retry.refuse(f"{retry.value!r} is no advice", f"use one of {', '.join(_RETRY)}")
    return ErrorCode(
        code=node.child("code").string(),
        when=node.child("when").string(),
        retry=retry.string(),
        ends_turn=node.child("endsTurn").boolean(),
        sent=node.child("sent").boolean(),
    )


def _capability(node: Node) -> Capability:
    node.only({"name", "declaredIn", "announced", "description"}, "a capability")
    where = node.child("declaredIn")
    return Capability(
        name=node.child("name").string(),
        declared_in=where.strings() if isinstance(where.value, list) else (where.string(),),
        doc=node.child("description").string(),
        announced=node.flag("announced"),
    )


def _interaction(node: Node, titles: Titles) -> Interaction:
    node.only({"kind", "capability", "raiseTool", "schema", "description"}, "an interaction")
    schema = node.child("schema")

    def part(name: str) -> str:
        return titles.resolve(Node(FILE, schema.pointer, f"{schema.string()}#/$defs/{name}"))

    return Interaction(
        kind=node.child("kind").string(),
        capability=node.child("capability").string(),
        raise_tool=node.child("raiseTool").string(),
        spec=part("Spec"),
        values=part("Values"),
        payload=part("Payload"),
        doc=node.child("description").string(),
    )


def _close_code(node: Node) -> CloseCode:
    node.only({"code", "name", "when"}, "a close code")
    return CloseCode(
        code=node.child("code").integer(),
        name=node.child("name").string(),
        when=node.child("when").string(),
    )


def _limit(node: Node) -> Limit:
    node.only({"name", "setting", "default", "unit", "description", "inWelcome"}, "a limit")
    default = node.object().get("default")
    if isinstance(default, list | dict):
        node.child("default").refuse("is no plain value", "write a number, a text or a boolean")
    return Limit(
        name=node.child("name").string(),
        setting=node.text_or_none("setting"),
        default=default,
        unit=node.text_or_none("unit"),
        doc=node.text_or_none("description") or "",
        in_welcome=node.flag("inWelcome"),
    )
