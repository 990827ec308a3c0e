"""Frames of the client as a scenario sends them: ids become placeholders, secrets go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smooth_operator_conformance.laws.view import Item
from smooth_operator_conformance.proxy.masking import is_secret_field
from smooth_operator_conformance.proxy.recording.names import Names, literal

Json = Any
_IDS = ("sessionId", "conversationId", "interactionId", "requestId", "epoch")
WRONG_TOKEN = "left out of the recording"
WRONG_CODE = "wrong"
"""A code that no server sends."""


class Requests:
    """Rewrites frames; what it has to remember comes from the events before them."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._last: dict[str, int] = {}
        self._park: int | None = None

    def saw(self, item: Item) -> None:
        """An event that was expected: its number may be named by a later frame."""
        seq = item.frame.get("seq")
        if isinstance(seq, int):
            self._last[item.entry.inbox] = seq
            if item.kind.endswith("_required"):
                self._park = seq

    def adopt(self, session: str) -> Json:
        """A matcher that remembers a session; None when it is known."""
        return None if self._names.knows(session) else self._names.bind(session, "sid", "uuid")

    def frame(self, item: Item, *, verified: bool) -> dict[str, Json]:
        """The frame to send; `verified`: the code in it was the right one."""
        sent = item.frame
        out: dict[str, Json] = {}
        for key, value in sent.items():
            if key == "token" and item.action == "authenticate":
                out[key] = WRONG_TOKEN
                continue
            if key == "authContext" or (is_secret_field(key, item.action) and key != "code"):
                continue
            out[key] = self._value(item, key, value, verified=verified)
        return out

    def _value(self, item: Item, key: str, value: Json, *, verified: bool) -> Json:
        if key == "agentId" and isinstance(value, str) and value in self._names.agents:
            return self._names.agent(value)
        if key == "code" and item.action == "verify_otp" and isinstance(value, str):
            return "{{code}}" if verified else WRONG_CODE
        if key in ("cursor", "before"):
            return self._names.use_cursor(value)
        if key == "model" and isinstance(value, str) and value.strip():
            return "{{agents.main.model}}"
        if key == "parkSeq" and value == self._park:
            return "{{parkseq}}"
        if key == "afterSeq":
            return self._after(value)
        return self._names.use(value) if key in _IDS else literal(value)

    def _after(self, value: Json) -> Json:
        """The highest number some connection had seen, where that is what was sent."""
        fitting = [name for name, last in self._last.items() if last == value]
        return f"{{{{{fitting[-1]}.lastSeq}}}}" if fitting else value


def opened(how: Mapping[str, Json], name: str) -> dict[str, Json]:
    """The step that opens a connection; tokens are left out: a shared server asks for none."""
    offered = [s for s in how.get("subprotocols", []) if not s.startswith("bearer.")]
    step: dict[str, Json] = {"on": name}
    if offered:
        step["subprotocols"] = offered
    return {"open": step}
