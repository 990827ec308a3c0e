"""What the model and the tools must have said for a turn to look as it did.

Tokens become deltas, tool chunks calls and answers; a failed turn becomes a model that fails. A
hold at a place of the turn becomes a gate there, where a script has room for one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any, Literal

from smooth_operator_conformance.laws.turns import PARKS, park_tool
from smooth_operator_conformance.proxy.recording.moments import Moment
from smooth_operator_conformance.proxy.recording.threads import Thread
from smooth_operator_conformance.schemas import Contract

Json = Any
Phase = Literal["none", "content", "calls", "results"]
_TOOL = re.compile(r"[A-Za-z0-9_.-]{1,64}\Z")


class BuiltIn:
    """Tools that every server brings itself; nobody scripts their answers."""

    def __init__(self, contract: Contract) -> None:
        kinds = [kind["raiseTool"] for kind in contract.catalogue["interactions"]]
        self._names = frozenset({"knowledge_search", "submit_interaction", *kinds})

    def __contains__(self, name: str) -> bool:
        """Also true for a name that no agents file takes."""
        return name in self._names or not _TOOL.match(name)


@dataclass(slots=True)
class Told:
    """Model answers in order, tool answers by tool, tools that asked first; see `Teller`."""

    script: list[dict[str, Json]] = field(default_factory=list)
    tools: dict[str, list[dict[str, Json]]] = field(default_factory=dict)
    gated: set[str] = field(default_factory=set)
    """Tools that asked for a confirmation."""
    verified: set[str] = field(default_factory=set)
    """Tools that asked for a verified identity."""
    without_room: set[str] = field(default_factory=set)
    """Gates that found no place."""
    knowledge: dict[str, str] = field(default_factory=dict)
    """Documents that were found or cited: what was seen of them, by id."""


class Teller:
    """Tells one turn into `told`; `holds` are gates by the position in the turn's events.

    `refused` are the indexes of results that no tool gave: it was not run.
    """

    def __init__(
        self,
        told: Told,
        thread: Thread,
        holds: Mapping[int, str],
        refused: AbstractSet[int],
        built_in: BuiltIn,
    ) -> None:
        self._told, self._thread, self._holds = told, thread, holds
        self._refused, self._built_in = refused, built_in
        self._entry: dict[str, Json] = {}
        self._phase: Phase = "none"
        self._asked: dict[str, Json] = {}
        """The call that a prompt was about, as far as the prompt tells."""
        self._waiting: list[str] = []
        """Names of calls whose result has not come."""

    def tell(self) -> None:
        """The whole turn."""
        events = self._thread.events
        for position, moment in enumerate(events):
            self._event(position, moment, self._holds.get(position))
        gate = self._holds.get(len(events))
        if gate is not None:
            self._stop(gate)
        self._end_entry()

    def _event(self, position: int, moment: Moment, gate: str | None) -> None:
        item = moment.item
        assert item is not None
        if item.kind in ("stream_token", "stream_reasoning"):
            self._token(item.kind, item.frame.get("token"), gate)
        elif item.kind == "stream_chunk":
            raw = item.object("data", "state", "rawResponse")
            if isinstance(raw.get("toolCall"), dict):
                self._call(raw["toolCall"], gate)
            elif isinstance(raw.get("toolResult"), dict):
                self._result(raw["toolResult"], gate, refused=moment.index in self._refused)
            else:
                self._no_room(gate)
        elif item.kind in PARKS:
            self._park(position, park_tool(item), gate)
        elif item.kind == "eventual_response":
            self._reply(item.object("data", "data"), gate)
        elif item.kind == "error":
            self._failure(gate)
        elif item.kind == "cancelled" and gate is not None:
            self._stop(gate)
        else:
            self._no_room(gate)

    def _no_room(self, gate: str | None) -> None:
        if gate is not None:
            self._told.without_room.add(gate)

    def _token(self, kind: str, token: Json, gate: str | None) -> None:
        if not isinstance(token, str) or not token:
            self._no_room(gate)
            return
        if self._phase != "content":
            self._begin("content", gate)
            gate = None
        pieces = self._entry.setdefault("reasoning" if kind == "stream_reasoning" else "deltas", [])
        if gate is not None:
            pieces.append({"gate": gate})
        pieces.append(token)

    def _begin(self, phase: Phase, gate: str | None) -> None:
        """Another model answer, held as a whole where a gate is wanted."""
        self._end_entry()
        self._phase = phase
        if gate is not None:
            self._entry["gate"] = gate

    def _end_entry(self) -> None:
        if self._entry:
            if self._entry.get("calls") == [] and self._asked:
                # Without chunks (stream false) the prompt is all there is to see of the call.
                self._call(self._asked, None)
            self._told.script.append(self._entry)
        self._entry, self._phase = {}, "none"

    def _calls(self, gate: str | None) -> None:
        """Make room for a call: in this answer, or in the next."""
        if self._phase == "content":
            if gate is not None:
                self._entry.setdefault("deltas", []).append({"gate": gate})
            self._phase = "calls"
        elif self._phase != "calls":
            self._begin("calls", gate)
        else:
            self._no_room(gate)
        self._entry.setdefault("calls", [])

    def _park(self, position: int, tool: str, gate: str | None) -> None:
        event = self._thread.events[position].item
        assert event is not None
        if event.kind == "write_confirmation_required":
            self._told.gated.add(tool)
        elif event.kind == "otp_verification_required":
            self._told.verified.add(tool)
            if not any(called(later) == tool for later in self._thread.events[position:]):
                # The published order: asked after the reply, about a call that was refused.
                self._no_room(gate)
                return
        self._calls(gate)
        data = event.object("data", "data")
        spec = data.get("spec") if isinstance(data.get("spec"), dict) else {}
        reason = {"reason": data["reason"]} if "reason" in data else {}
        self._asked = {"name": tool, "arguments": {**(spec or {}), **reason}}

    def _call(self, call: dict[str, Json], gate: str | None) -> None:
        self._calls(gate)
        name = str(call.get("name"))
        number = sum(len(entry.get("calls", ())) for entry in self._told.script)
        number += len(self._entry["calls"]) + 1
        arguments = call.get("arguments", {})
        self._entry["calls"].append({"id": f"call-{number}", "name": name, "arguments": arguments})
        self._waiting.append(name)
        if name not in self._built_in:
            self._told.tools.setdefault(name, [])

    def _result(self, result: dict[str, Json], gate: str | None, *, refused: bool) -> None:
        name = str(result.get("name"))
        self._phase = "results"
        if name in self._waiting:
            self._waiting.remove(name)
        if refused:
            self._no_room(gate)
            return
        answer: dict[str, Json] = {"result": result.get("result", "")}
        if result.get("isError") is True:
            answer["isError"] = True
        self._answer(name, answer, gate)

    def _answer(self, name: str, answer: dict[str, Json], gate: str | None) -> None:
        if name in self._built_in:
            self._no_room(gate)
            if name == "knowledge_search":
                self._found(_listed(answer["result"]), "content")
            return
        held = {"gate": gate} if gate is not None else {}
        self._told.tools.setdefault(name, []).append({**held, **answer})

    def _reply(self, data: dict[str, Json], gate: str | None) -> None:
        parts = data.get("response", {}) if isinstance(data.get("response"), dict) else {}
        texts = parts.get("responseParts")
        text = "".join(map(str, texts)) if isinstance(texts, list) else ""
        if self._phase != "content":
            self._begin("content", gate)
            self._entry["text"] = text
        elif gate is not None:
            self._entry.setdefault("deltas", []).append({"gate": gate})
        if "directive" in data:
            self._direct(data["directive"])
        self._found(data.get("citations"), "snippet")

    def _found(self, documents: Json, text: str) -> None:
        """Documents of the server's knowledge, as far as they were shown."""
        for one in documents if isinstance(documents, list) else ():
            if isinstance(one, dict) and isinstance(one.get("id"), str) and one["id"]:
                body = str(one.get(text, "")).removesuffix("…")
                kept = self._told.knowledge.get(one["id"], "")
                self._told.knowledge[one["id"]] = max(kept, body, key=len)

    def _direct(self, directive: Json) -> None:
        """A directive came with a tool's answer; with the last one, as far as anybody can see."""
        answers = [answer for listed in self._told.tools.values() for answer in listed]
        if answers and isinstance(directive, dict):
            answers[-1]["directive"] = directive

    def _failure(self, gate: str | None) -> None:
        if self._phase == "content":
            if gate is not None:
                self._entry.setdefault("deltas", []).append({"gate": gate})
            self._entry["cut"] = True
        else:
            self._begin("content", gate)
            self._entry["http"] = 400

    def _stop(self, gate: str) -> None:
        """The turn stands still here, for good."""
        if self._phase == "content":
            self._entry.setdefault("deltas", []).append({"gate": gate})
        elif self._phase == "calls" and self._waiting:
            self._answer(self._waiting[-1], {"result": ""}, gate)
        elif self._phase != "calls":
            self._begin("content", gate)
            self._entry.update({"text": "…", "maybe": True})


def called(moment: Moment) -> str:
    """The tool whose call a chunk shows, or nothing."""
    if moment.item is None or moment.item.kind != "stream_chunk":
        return ""
    call = moment.item.object("data", "state", "rawResponse").get("toolCall")
    return str(call.get("name")) if isinstance(call, dict) else ""


def _listed(text: Json) -> Json:
    try:
        return json.loads(text) if isinstance(text, str) else None
    except ValueError:
        return None


def parsed(arguments: Json) -> Json:
    """Arguments as a chunk shows them: the object that a text holds, else the text."""
    if not isinstance(arguments, str):
        return arguments
    try:
        value = json.loads(arguments)
    except ValueError:
        return arguments
    return value if isinstance(value, dict) else arguments
