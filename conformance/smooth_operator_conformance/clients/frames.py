"""Server frames from short hand: a scenario says what matters, the contract supplies the rest.

A frame is laid over the first example of its event's schema; twins (`data.requestId`) follow the
envelope, `timestamp` is now. `answer` names the action that an `immediate_response` answers.
"""

from __future__ import annotations

import copy
import time
from typing import Any

from smooth_operator_conformance.annotations import dig
from smooth_operator_conformance.schemas import Contract

Json = Any
BARE = frozenset({"immediate_response", "error"})
"""Events whose `data` belongs to somebody else: nothing of the example is kept there."""


class BadFrame(ValueError):
    """A scenario's frame that no server may send; the message says why."""


class Composer:
    """Makes frames whole, by one contract."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract

    def frame(self, short: dict[str, Json]) -> dict[str, Json]:
        """The frame that a short one stands for; raises BadFrame when it breaks the contract."""
        kind = str(short.get("type"))
        ref = self._contract.event_ref(kind)
        if ref is None:
            raise BadFrame(f"no event is called {kind!r}; send it as it is with raw: true")
        made = dict(self._answer(short)) if "answer" in short else self._event(ref, short)
        made.setdefault("timestamp", int(time.time() * 1000))
        for path, other in self._contract.rules(ref).twins:
            parent, value = dig(made, path[:-1]), dig(made, other)
            if isinstance(parent, dict) and _there(value):
                parent[path[-1]] = value
        faults = self._contract.faults(ref, made)
        if faults:
            raise BadFrame(f"{kind}: {'; '.join(faults)}")
        return made

    def _event(self, ref: str, short: dict[str, Json]) -> dict[str, Json]:
        example = copy.deepcopy(self._schema(ref)["examples"][0])
        for key in ("seq", "replay", "conversationId", "timestamp", "requestId"):
            example.pop(key, None)
        if short["type"] in BARE:
            example = {}
        if short["type"] == "error":
            return self._error(short)
        made: dict[str, Json] = _over(example, short)
        return made

    @staticmethod
    def _error(short: dict[str, Json]) -> dict[str, Json]:
        """`code` (and `message`) are enough for an error."""
        body = {k: v for k, v in short.items() if k not in ("code", "message")}
        error = {"code": short["code"], "message": short.get("message", "scripted")}
        own = {"requestId": short["requestId"]} if "requestId" in short else {}
        return {**body, "error": error, "data": {**own, "error": error}}

    def _answer(self, short: dict[str, Json]) -> dict[str, Json]:
        action = short["answer"]
        status = short.get("status", self._contract.actions[action]["answer"].get("status", 200))
        ref = self._contract.answer_ref(action, status)
        example = self._schema(ref).get("examples", [{}])[0] if ref else {}
        message = self._contract.actions[action]["answer"].get("messages", ["OK"])[0]
        data = _over(copy.deepcopy(example), short.get("data", {}))
        faults = self._contract.faults(ref, data) if ref else []
        if faults:
            raise BadFrame(f"the answer to {action}: {'; '.join(faults)}")
        body = {k: v for k, v in short.items() if k != "answer"}
        return {"message": message, **body, "status": status, "data": data}

    def numbered(self, kind: str) -> bool:
        """Whether events of that type have a place in the log."""
        event = self._contract.events.get(kind)
        return bool(event and event.get("inLog"))

    def welcome(
        self, request_id: Json, capabilities: list[str], extra: dict[str, Json]
    ) -> dict[str, Json]:
        """The answer to `hello`, with these capabilities."""
        head = {"type": "welcome", "data": _over({"capabilities": capabilities}, extra)}
        return self.frame(head if request_id is None else {**head, "requestId": request_id})

    def _schema(self, ref: str) -> dict[str, Json]:
        path, _, pointer = ref.partition("#")
        schema: dict[str, Json] = self._contract.documents[path]
        for part in pointer.strip("/").split("/") if pointer else ():
            schema = schema[part]
        if "$ref" in schema and "examples" not in schema:
            return {}
        return schema


def _over(base: Json, extra: Json) -> Json:
    """`extra` laid over `base`; a key whose value is `"$absent"` takes the base's away."""
    if not isinstance(base, dict) or not isinstance(extra, dict):
        return extra
    merged = dict(base)
    for key, value in extra.items():
        if value == "$absent":
            merged.pop(key, None)
        else:
            merged[key] = _over(base.get(key), value)
    return merged


def _there(value: Json) -> bool:
    return value is None or isinstance(value, str | int | float | bool | list | dict)
