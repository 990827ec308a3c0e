"""Faults towards everybody else: the model, the tools, the code delivery, HTTP and the process.

They alter what these were recorded to get. The answers stay, as they would: a scripted model does
not read.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

from smooth_operator_conformance.mutants.fields import OTHER_UUID
from smooth_operator_conformance.mutants.tape import REMOVE, Rewrite, Tape, stored
from smooth_operator_conformance.records import TraceEntry

Body = dict[str, Any]
Alter = Callable[[Body], Body | None]
"""The altered body, or None where the fault does not fit."""


def _requests(tape: Tape, prefix: str) -> Iterator[tuple[int, Body]]:
    for index, entry in enumerate(tape.entries):
        ours = entry.inbox.startswith(prefix) and entry.direction == "in"
        if ours and isinstance(entry.value, dict):
            yield index, entry.value


def lose(tape: Tape, prefix: str) -> Iterator[Rewrite]:
    """One request never comes."""
    for index, _ in _requests(tape, prefix):
        yield index, tape.without([index])


def double(tape: Tape, prefix: str) -> Iterator[Rewrite]:
    """One request comes once more than it should, also where none should come at all."""
    came = {tape.entries[index].inbox for index, _ in _requests(tape, prefix)}
    for index, value in _requests(tape, prefix):
        yield index, tape.inserted({index: value})
    for inbox in sorted(_idle(tape, prefix) - came):
        yield from _stray(tape, inbox)


def _idle(tape: Tape, prefix: str) -> set[str]:
    """Inboxes that could have got something: the delivery of codes, and every tool offered."""
    if prefix == "otp":
        return {"otp"}
    if prefix != "tool:":
        return set()
    return {
        f"tool:{tape.entries[index].inbox.removeprefix('model:')}/{tool['function']['name']}"
        for index, body in _requests(tape, "model:")
        for tool in body.get("tools") or ()
    }


def _stray(tape: Tape, inbox: str) -> Iterator[Rewrite]:
    """A request out of the blue, as soon as a turn has begun."""
    accepted = (index for index in tape.frames if tape.value(index).get("status") == 202)
    for index in accepted:
        body = STRAYS["otp" if inbox == "otp" else "tool"]
        entry = TraceEntry(tape.entries[index].t_ms, inbox, "in", "http", body)
        yield index, (*tape.entries[: index + 1], entry, *tape.entries[index + 1 :])
        return


def alter(tape: Tape, prefix: str, change: Alter) -> Iterator[Rewrite]:
    """One request says something else."""
    for index, value in _requests(tape, prefix):
        new = change(copy.deepcopy(value))
        if new is not None and new != value:
            yield index, tape.replaced({index: new})


def drop_key(key: str) -> Alter:
    """A body without one of its keys."""

    def change(body: Body) -> Body | None:
        return {k: v for k, v in body.items() if k != key} if key in body else None

    return change


def other_text(key: str, text: str) -> Alter:
    """A body whose key holds another text."""
    return lambda body: {**body, key: text} if key in body else None


def _messages(change: Callable[[list[Any]], list[Any] | None]) -> Alter:
    def altered(body: Body) -> Body | None:
        messages = body.get("messages")
        new = change(messages) if isinstance(messages, list) else None
        return None if new is None else {**body, "messages": new}

    return altered


def _roles(messages: list[Any], role: str) -> list[int]:
    return [i for i, message in enumerate(messages) if message.get("role") == role]


def _history(messages: list[Any]) -> list[Any] | None:
    users = _roles(messages, "user")
    if not users:
        return None
    first = 1 if messages[0].get("role") == "system" else 0
    return messages[:first] + messages[users[-1] :]


def _less(role: str) -> Alter:
    def change(messages: list[Any]) -> list[Any] | None:
        found = _roles(messages, role)
        return messages[: found[-1]] + messages[found[-1] + 1 :] if found else None

    return _messages(change)


def _cut(role: str) -> Alter:
    def change(messages: list[Any]) -> list[Any] | None:
        for index in reversed(_roles(messages, role)):
            for spot, text in _texts(index, messages[index].get("content")):
                new: list[Any] = stored(messages, spot, text[:-1])
                return new
        return None

    return _messages(change)


def _texts(index: int, content: Any) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Where a message has text: as its content, or in parts of it."""
    if isinstance(content, str) and content:
        yield (index, "content"), content
    elif isinstance(content, list):
        for number, part in enumerate(content):
            if isinstance(part.get("text"), str) and part["text"]:
                yield (index, "content", number, "text"), part["text"]


def _neighbours(fits: Callable[[Any, Any], bool]) -> Alter:
    def change(messages: list[Any]) -> list[Any] | None:
        for index in range(len(messages) - 2, -1, -1):
            first, second = messages[index], messages[index + 1]
            if fits(first, second):
                return [*messages[:index], second, first, *messages[index + 2 :]]
        return None

    return _messages(change)


def _calls(new: Any) -> Alter:
    def change(messages: list[Any]) -> list[Any] | None:
        for index, message in enumerate(messages):
            for number, call in enumerate(message.get("tool_calls") or ()):
                if new is REMOVE:
                    altered = stored(messages, (index, "tool_calls"), REMOVE)
                else:
                    spot = (index, "tool_calls", number, "function", "arguments")
                    altered = stored(messages, spot, call["function"]["arguments"] + " ")
                return list(altered)
        return None

    return _messages(change)


def _images(messages: list[Any]) -> list[Any] | None:
    for index, message in enumerate(messages):
        content = message.get("content")
        if isinstance(content, list):
            kept = [part for part in content if part.get("type") != "image_url"]
            return list(stored(messages, (index, "content"), kept))
    return None


def _tools(change: Callable[[list[Any]], list[Any] | None]) -> Alter:
    def altered(body: Body) -> Body | None:
        tools = body.get("tools")
        new = change(tools) if isinstance(tools, list) and tools else None
        return None if new is None else {**body, "tools": new}

    return altered


def _parameters(tools: list[Any]) -> list[Any]:
    """Every tool without its properties, or else without its schema's last key."""
    altered = copy.deepcopy(tools)
    for tool in altered:
        parameters = tool.get("function", {}).get("parameters")
        if isinstance(parameters, dict) and parameters:
            parameters.pop("properties" if "properties" in parameters else list(parameters)[-1])
    return altered


def _swapped(items: list[Any]) -> list[Any] | None:
    return [*items[:-2], items[-1], items[-2]] if len(items) > 1 else None


def _other_arguments(body: Body) -> Body:
    """Scenarios compare the keys they name, so a key that is there has to change."""
    old = body.get("arguments")
    if not isinstance(old, dict) or not old:
        return {**body, "arguments": {"mutant": True}}
    key = next(iter(old))
    new = old[key] + "x" if isinstance(old[key], str) else "mutant"
    return {**body, "arguments": {**old, key: new}}


def _different(first: Any, second: Any) -> bool:
    return bool(first != second and first.get("role") != "system")


def _two_results(first: Any, second: Any) -> bool:
    return bool(first.get("role") == second.get("role") == "tool")


STRAYS: dict[str, Body] = {
    "otp": {"sessionId": OTHER_UUID, "channel": "email", "destination": "x@y.test", "code": "0"},
    "tool": {"callId": OTHER_UUID, "toolName": "stray", "arguments": {}},
}
MODEL: dict[str, Alter] = {
    "drop-history": _messages(_history),
    "drop-system": _less("system"),
    "cut-system": _cut("system"),
    "drop-user": _less("user"),
    "cut-user": _cut("user"),
    "swap-messages": _neighbours(_different),
    "drop-tool-message": _less("tool"),
    "cut-tool-message": _cut("tool"),
    "swap-tool-messages": _neighbours(_two_results),
    "drop-calls": _calls(REMOVE),
    "other-arguments": _calls("other"),
    "drop-image": _messages(_images),
    "drop-tool": _tools(lambda tools: tools[:-1]),
    "swap-tools": _tools(_swapped),
    "other-parameters": _tools(_parameters),
}
MODEL_KEYS = ("stream", "stream_options", "max_tokens", "tools")
TOOL: dict[str, Alter] = {"other-arguments": _other_arguments}
TOOL_KEYS = (
    "callId",
    "agentId",
    "organizationId",
    "conversationId",
    "sessionId",
    "requestId",
    "user",
    "files",
)
OTP: dict[str, Alter] = {
    "other-destination": other_text("destination", "nobody@mutant.test"),
    "other-channel": lambda body: {
        **body,
        "channel": "sms" if body.get("channel") == "email" else "email",
    },
}


def other_model(tape: Tape) -> Iterator[Rewrite]:
    """A request names another model: it reaches another agent's script, or nobody's."""
    inboxes = {e.inbox for e in tape.entries if e.inbox.startswith("model:")}
    for index, _ in _requests(tape, "model:"):
        others = sorted(inboxes - {tape.entries[index].inbox})
        yield index, tape.moved(index, others[0] if others else "model:nobody")


def exit_code(tape: Tape) -> Iterator[Rewrite]:
    """The process ends with another status."""
    for index, value in _requests(tape, "process"):
        if isinstance(value.get("exit"), int):
            yield index, tape.replaced({index: {**value, "exit": value["exit"] + 1}})


def http_status(tape: Tape) -> Iterator[Rewrite]:
    """A plain GET is answered with another status."""
    for index, value in _requests(tape, "http"):
        if isinstance(value.get("status"), int):
            new = 500 if value["status"] != 500 else 200
            yield index, tape.replaced({index: {**value, "status": new}})


def http_body(tape: Tape) -> Iterator[Rewrite]:
    """A plain GET is answered with another text."""
    for index, value in _requests(tape, "http"):
        if isinstance(value.get("body"), str):
            yield index, tape.replaced({index: {**value, "body": "mutant"}})
