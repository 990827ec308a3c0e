"""Standing laws of clients: what every frame of every scenario is held to, without being asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import jsonschema_rs

from smooth_operator_conformance.live.socket import BINARY
from smooth_operator_conformance.match.values import short
from smooth_operator_conformance.records import Finding
from smooth_operator_conformance.schemas import Contract
from smooth_operator_conformance.spec import read_json

Json = Any
ADDITIONS = {"resume_stream": "event_seq"}
"""Actions that a client uses only where the server announced the capability."""
FIELDS = {"clientMessageId": "idempotency", "parkSeq": "event_seq"}
"""Fields likewise."""


@dataclass(slots=True)
class _Socket:
    capabilities: frozenset[str] | None = None
    """What the server's welcome announced; None without one."""
    frames: int = 0
    ids: set[str] = field(default_factory=set)


class Book:
    """Keeps the laws of one case: each frame and each output is looked at as it comes."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._sockets: dict[str, _Socket] = {}
        self.findings: list[Finding] = []
        self.laws = 0
        self.frames = 0
        schema = read_json(contract.root / "schema" / "driver.schema.json")
        parts = {key: schema[key] for key in ("$schema", "$defs")}
        self._outputs = jsonschema_rs.validator_for({**parts, "$ref": "#/$defs/Output"})
        self._commands = jsonschema_rs.validator_for({**parts, "$ref": "#/$defs/Command"})

    def opened(self, name: str) -> None:
        """A new socket goes by that name."""
        self._sockets[name] = _Socket()

    def welcomed(self, name: str, capabilities: Sequence[str]) -> None:
        """The server announced these."""
        self._sockets[name].capabilities = frozenset(capabilities)

    def frame(self, name: str, value: Json, note: str) -> None:
        """A frame that the client sent."""
        self.frames += 1
        socket = self._sockets[name]
        socket.frames += 1
        self._law(name, "one-object", note != BINARY, "FRAME-027", "a frame that is no text", value)
        is_object = isinstance(value, dict)
        self._law(name, "one-object", is_object, "FRAME-027", "a frame that is no object", value)
        if is_object:
            self._action(name, socket, value)

    def _action(self, name: str, socket: _Socket, frame: dict[str, Json]) -> None:
        action = frame.get("action")
        known = isinstance(action, str) and action in self._contract.actions
        self._law(name, "known-action", known, "FRAME-027", "no action is called so", frame)
        if not known or not isinstance(action, str):
            return
        faults = self._contract.faults(self._contract.actions[action]["request"], frame)
        told = f"{action} breaks its schema: {'; '.join(faults)}"
        self._law(name, "request-schema", not faults, "FRAME-027", told, frame)
        late = action == "hello" and socket.frames > 1
        self._law(name, "hello-first", not late, "CLIENT-010", "hello is no first frame", frame)
        self._additions(name, socket, action, frame)

    def _additions(self, name: str, socket: _Socket, action: str, frame: dict[str, Json]) -> None:
        """Nothing that the server did not announce."""
        offered = socket.capabilities or frozenset()
        for addition, capability in ADDITIONS.items():
            if action == addition:
                told = f"{action}, but the server announced no {capability}"
                self._law(name, "additions", capability in offered, "CLIENT-010", told, frame)
        for key, capability in FIELDS.items():
            if key in frame:
                told = f"{key}, but the server announced no {capability}"
                self._law(name, "additions", capability in offered, "CLIENT-010", told, frame)

    def is_command(self, value: Json) -> bool:
        """Whether the driver protocol knows such a command."""
        return bool(self._commands.is_valid(value))

    def output(self, value: Json) -> None:
        """A line that the driver wrote."""
        fits = self._outputs.is_valid(value) or value.get("type") == "ended"
        told = f"the driver's output breaks driver.schema.json: {short(value)}"
        self._law("driver", "driver-output", fits, "", told, value)

    def _law(
        self, inbox: str, law: str, holds: bool, requirement: str, told: str, value: Json
    ) -> None:
        self.laws += 1
        if holds:
            return
        ids = (requirement,) if requirement else ()
        text = f"{law} on {inbox}: {told}"
        found = Finding(
            "law",
            text,
            path=law,
            actual=value if isinstance(value, dict) else None,
            requirements=ids,
            blame="target",
            inbox=inbox,
        )
        self.findings.append(found)
