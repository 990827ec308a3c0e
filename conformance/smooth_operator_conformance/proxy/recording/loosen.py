"""A frame of the server as a matcher: what the contract fixes stays, what a run makes up is loose.

Timestamps, usage, scores, texts of errors and prompts are not asked for; ids are remembered.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from smooth_operator_conformance.laws.view import Item
from smooth_operator_conformance.proxy.recording.loosen_acks import ack
from smooth_operator_conformance.proxy.recording.names import Names, exactly, literal
from smooth_operator_conformance.proxy.recording.script import BuiltIn, parsed
from smooth_operator_conformance.schemas import Contract

Json = Any
LONGEST_RESULT = 30_000
"""Bytes; above, servers cut the result in its chunk."""


class Loosen:
    """Makes matchers; `refused` are the indexes of results in the server's own words."""

    def __init__(self, names: Names, contract: Contract, refused: AbstractSet[int]) -> None:
        self._names, self._refused = names, refused
        self._turn_errors, self._built_in = contract.turn_errors, BuiltIn(contract)

    def matcher(self, item: Item, asked: Item | None = None) -> Json:
        """The matcher of one frame; `asked` is the request that it answers."""
        head: dict[str, Json] = {"type": item.kind}
        if item.request is not None:
            head["requestId"] = self.request(item, asked)
        if isinstance(item.frame.get("seq"), int):
            head["seq"] = {"$type": "integer"}
            where = item.frame.get("conversationId")
            head["conversationId"] = self._names.bind(where, "cid", "uuid")
        make = _KINDS.get(item.kind)
        if item.kind == "immediate_response":
            data = ack(self._names, asked, item)
            status = {"status": item.frame["status"]} if "status" in item.frame else {}
            return {**head, **status, "data": data}
        return {**head, **(make(self, item) if make is not None else {})}

    def request(self, item: Item, asked: Item | None = None) -> Json:
        """The matcher of a requestId: the client's own, or one that the server made."""
        if asked is not None and asked.action == "send_message" and not asked.request:
            return self._names.bind(item.request, "rid", "uuid")
        return self._names.use(item.request)

    def _chunk(self, item: Item) -> Json:
        raw = item.object("data", "state", "rawResponse")
        call, result = raw.get("toolCall"), raw.get("toolResult")
        if isinstance(call, dict):
            told: Json = {"toolCall": self._call(call)}
        elif isinstance(result, dict):
            refused = item.index in self._refused
            told = {"toolResult": self._result(result, refused=refused)}
        else:
            return {}
        node = literal(item.frame.get("node"))
        return {"node": node, "data": {"state": {"rawResponse": told}}}

    def _call(self, call: dict[str, Json]) -> Json:
        matcher = {"name": call.get("name"), "arguments": exactly(parsed(call.get("arguments")))}
        if isinstance(call.get("id"), str):
            matcher["id"] = self._names.bind(call["id"], "call", "uuid")
        return matcher

    def _result(self, result: dict[str, Json], *, refused: bool) -> Json:
        name = str(result.get("name"))
        matcher: dict[str, Json] = {"name": name, "isError": {"$type": "boolean"}}
        if isinstance(result.get("id"), str):
            matcher["id"] = self._names.bind(result["id"], "call", "uuid")
        text = result.get("result")
        if refused:
            matcher["isError"] = True
        elif name in self._built_in:
            matcher["result"] = _outcome(text)
        elif isinstance(text, str) and len(text.encode()) < LONGEST_RESULT:
            matcher["result"] = literal(text)
        return matcher

    def _reply(self, item: Item) -> Json:
        data = item.object("data", "data")
        wanted: dict[str, Json] = {}
        if isinstance(data.get("messageId"), str):
            wanted["messageId"] = self._names.bind(data["messageId"], "mid", "uuid")
        parts = item.object("data", "data", "response").get("responseParts")
        if isinstance(parts, list):
            wanted["response"] = {"responseParts": exactly(parts)}
        if "directive" in data:
            wanted["directive"] = exactly(data["directive"])
        return {"status": 200, "data": {"status": 200, "data": wanted}}

    def _confirmation(self, item: Item) -> Json:
        matcher = {"data": {"data": {"toolId": literal(item.object("data", "data").get("toolId"))}}}
        return self._numbered(item, matcher)

    def _card(self, item: Item) -> Json:
        data = item.object("data", "data")
        wanted = {"kind": literal(data.get("kind")), "spec": literal(data.get("spec"))}
        wanted["interactionId"] = self._names.bind(data.get("interactionId"), "card", "uuid")
        return self._numbered(item, {"data": {"data": wanted}})

    def _numbered(self, item: Item, matcher: dict[str, Json]) -> Json:
        """A prompt's number is what `parkSeq` repeats."""
        seq = item.frame.get("seq")
        if isinstance(seq, int):
            matcher["seq"] = {"$as": "parkseq", "$type": "integer"}
        return matcher

    def _otp_asked(self, item: Item) -> Json:
        wanted = {"toolId": literal(item.object("data", "data").get("toolId"))}
        return self._numbered(item, {"data": {"data": wanted}})

    def _otp_sent(self, item: Item) -> Json:
        return {"data": {"data": {"channel": item.object("data", "data").get("channel")}}}

    def _otp_invalid(self, item: Item) -> Json:
        data = item.object("data", "data")
        kept = {key: data[key] for key in ("error", "attemptsRemaining") if key in data}
        return {"data": {"data": kept}}

    def _invalid(self, item: Item) -> Json:
        data = item.object("data", "data")
        errors = data.get("errors")
        listed = errors if isinstance(errors, list) else []
        fields = [{"field": literal(e.get("field"))} for e in listed if isinstance(e, dict)]
        card = self._names.use(data.get("interactionId"))
        return {"data": {"data": {"interactionId": card, "errors": fields}}}

    def _cancelled(self, item: Item) -> Json:
        return {"status": 499, "data": {"status": 499}}

    def _error(self, item: Item) -> Json:
        code = item.object("error").get("code", item.object("data", "error").get("code"))
        # Published servers end a failed turn with one code, the contract with another.
        among = sorted(self._turn_errors)
        return {"data": {"error": {"code": {"$in": among} if code in among else code}}}

    def _started(self, item: Item) -> Json:
        data = item.object("data")
        epoch = self._names.bind(data.get("epoch"), "epoch")
        return {"data": {"sessionId": self._names.use(data.get("sessionId")), "epoch": epoch}}

    def _resolved(self, item: Item) -> Json:
        return {"data": {"outcome": item.object("data").get("outcome")}}


_KINDS: Mapping[str, Callable[[Loosen, Item], Json]] = {
    "stream_chunk": Loosen._chunk,
    "eventual_response": Loosen._reply,
    "write_confirmation_required": Loosen._confirmation,
    "interaction_required": Loosen._card,
    "interaction_invalid": Loosen._invalid,
    "otp_verification_required": Loosen._otp_asked,
    "otp_sent": Loosen._otp_sent,
    "otp_invalid": Loosen._otp_invalid,
    "cancelled": Loosen._cancelled,
    "error": Loosen._error,
    "turn_started": Loosen._started,
    "park_resolved": Loosen._resolved,
}


def _outcome(text: Json) -> Json:
    """What a raise tool gave back: its words are each server's own, its outcome is not."""
    try:
        value = json.loads(text) if isinstance(text, str) else None
    except ValueError:
        value = None
    if not isinstance(value, dict):
        return {"$any": True}
    kept = {key: value[key] for key in ("status", "mode", "kind") if key in value}
    return {"$json": kept} if kept else {"$any": True}
