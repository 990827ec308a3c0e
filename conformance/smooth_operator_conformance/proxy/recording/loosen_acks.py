"""The data of an ack as a matcher, action by action."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from smooth_operator_conformance.laws.view import Item
from smooth_operator_conformance.proxy.recording.names import UUID, Names, exactly, literal

Json = Any
Data = dict[str, Json]
_IDS = {"userParticipantId", "agentParticipantId"}


def ack(names: Names, asked: Item | None, item: Item) -> Json:
    """The matcher of an `immediate_response`'s data; `asked` is the request that it answers."""
    if asked is None:
        return {}
    if asked.action == "get_conversation_messages" and "before" in asked.frame:
        # Published servers give the first page again; the contract turns the page.
        return {"messages": {"$type": "array"}}
    make = _ACTIONS.get(asked.action)
    return make(names, item.object("data")) if make is not None else {}


def _session(names: Names, data: Data) -> Json:
    wanted: Data = {}
    if "sessionId" in data:
        wanted["sessionId"] = names.bind(data["sessionId"], "sid", "uuid")
    if "conversationId" in data:
        wanted["conversationId"] = names.bind(data["conversationId"], "cid", "uuid")
    if data.get("agentId") in names.agents:
        wanted["agentId"] = names.agent(data["agentId"])
    if "agentName" in data:
        wanted["agentName"] = {"$type": "string"}
    wanted.update({key: {"$type": "uuid"} for key in sorted(_IDS & set(data))})
    return wanted


def _messages(names: Names, data: Data) -> Json:
    listed = data.get("messages")
    messages = listed if isinstance(listed, list) else []
    wanted = [_message(names, message) for message in messages if isinstance(message, dict)]
    return {"messages": wanted, **_page(names, data)}


def _message(names: Names, message: Data) -> Json:
    content = message.get("content")
    text = content.get("text") if isinstance(content, dict) else None
    wanted: Data = {"direction": message.get("direction"), "createdAt": {"$type": "string"}}
    if isinstance(message.get("id"), str) and UUID.match(message["id"]):
        wanted["id"] = names.bind(message["id"], "mid", "uuid")
    if isinstance(text, str):
        wanted["content"] = {"text": literal(text)}
    return wanted


def _page(names: Names, data: Data) -> Json:
    wanted: Data = {}
    if "hasMore" in data:
        wanted["hasMore"] = data["hasMore"]
    if isinstance(data.get("nextCursor"), str):
        wanted["nextCursor"] = names.cursor(data["nextCursor"])
    return wanted


def _conversations(names: Names, data: Data) -> Json:
    """Those of this recording: a server under test may hold others, of other scenarios."""
    listed = data.get("conversations")
    entries = listed if isinstance(listed, list) else []
    mine = [
        {"conversationId": names.use(entry["conversationId"]), "messageCount": count}
        for entry in entries
        if isinstance(entry, dict) and names.knows(entry.get("conversationId"))
        for count in [entry.get("messageCount")]
    ]
    wanted: Data = {"conversations": {"$has": mine} if mine else {"$type": "array"}}
    if isinstance(data.get("nextCursor"), str):
        # In a replay there may be no other page: null is then what the next request asks with.
        wanted["nextCursor"] = {"$as": names.cursor(data["nextCursor"])["$as"]}
    return wanted


def _renamed(names: Names, data: Data) -> Json:
    return {"conversationId": names.use(data.get("conversationId")), **_kept(data, "title")}


def _confirmed(names: Names, data: Data) -> Json:
    return {"sessionId": names.use(data.get("sessionId")), **_kept(data, "approved")}


def _submitted(names: Names, data: Data) -> Json:
    """Published servers differ in what they repeat: only what this one did is asked for."""
    wanted = {k: names.use(data[k]) for k in ("sessionId", "interactionId") if k in data}
    return {**wanted, **_kept(data, "kind", "values", "declined")}


def _resumed(names: Names, data: Data) -> Json:
    wanted: Data = _kept(data, "truncated")
    if isinstance(data.get("epoch"), str):
        wanted["epoch"] = names.bind(data["epoch"], "epoch")
    if isinstance(data.get("activeRequestId"), str):
        wanted["activeRequestId"] = names.use(data["activeRequestId"])
    return wanted


def _accepted(names: Names, data: Data) -> Json:
    """The 202 of a duplicate names the first turn."""
    wanted = _kept(data, "duplicate")
    return {**wanted, "requestId": names.use(data["requestId"])} if "requestId" in data else wanted


def _kept(data: Data, *keys: str) -> Data:
    return {key: exactly(data[key]) for key in keys if key in data}


_ACTIONS: Mapping[str, Callable[[Names, Data], Json]] = {
    "create_conversation_session": _session,
    "get_session": _session,
    "get_conversation_messages": _messages,
    "list_conversations": _conversations,
    "rename_conversation": _renamed,
    "confirm_tool_action": _confirmed,
    "submit_interaction": _submitted,
    "resume_stream": _resumed,
    "send_message": _accepted,
}
