"""One connection as the proxy sees it: bytes become frames, frames records, records judgements."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from smooth_operator_conformance.live.socket import BINARY, LARGE, parse
from smooth_operator_conformance.proxy.head import Head
from smooth_operator_conformance.proxy.journal import Journal
from smooth_operator_conformance.proxy.judge import Judge
from smooth_operator_conformance.proxy.masking import (
    Secrets,
    shown_subprotocols,
    shown_target,
)
from smooth_operator_conformance.proxy.order_rules import Copies
from smooth_operator_conformance.proxy.tap import Broken, Closing, Message, Seen, Tap
from smooth_operator_conformance.proxy.violations import Violation
from smooth_operator_conformance.records import TraceEntry
from smooth_operator_conformance.schemas import Contract

Json = Any


@dataclass(slots=True)
class Shared:
    """What all connections of a proxy have in common."""

    journal: Journal
    secrets: Secrets
    contract: Contract
    say: Callable[[str], None]
    """One line about a connection."""
    tell: Callable[[Violation], None]
    """A violation, as it happens."""
    sessions: dict[str, str] = field(default_factory=dict)
    copies: Copies = field(default_factory=Copies)
    opened: dict[str, dict[str, Json]] = field(default_factory=dict)
    """How each connection was opened, by name: what a scenario repeats."""


class Watch:
    """Observes one relay; see `relay.Observer`."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._name = ""
        self._judge: Judge | None = None
        self._client, self._server = Tap(from_client=True), Tap(from_client=False)
        self._closed = False

    @property
    def opened(self) -> bool:
        """Whether a WebSocket was asked for."""
        return bool(self._name)

    def request(self, head: Head) -> None:
        """The head of the request."""
        self._shared.secrets.learn_head(head)
        if not head.upgrade:
            self._shared.say(f"http {head.method} {shown_target(head.target)}")
            return
        shared = self._shared
        self._name = shared.journal.name()
        self._judge = Judge(self._name, shared.contract, shared.sessions, shared.copies)
        shared.opened[self._name] = opening(head)

    def response(self, head: Head) -> None:
        """The head of the answer to an upgrade."""
        selected = next(iter(shown_subprotocols(head.subprotocols)), None)
        value = {"open": head.status, "subprotocol": selected}
        self._shared.journal.add(self._name, "in", "event", value)
        asked = self._shared.opened[self._name]["shown"]
        verb = "opened" if head.status == 101 else f"refused with HTTP {head.status}:"
        self._shared.say(f"{self._name} {verb} {asked}")
        self._closed = head.status != 101

    def unreachable(self, why: str) -> None:
        """Nobody answers behind the proxy."""
        if self._name:
            value = {"open": "connection", "subprotocol": None}
            self._shared.journal.add(self._name, "in", "event", value)
            self._closed = True
        self._shared.say(f"{self._name} the server cannot be reached: {why}".strip())

    def from_client(self, data: bytes) -> None:
        """Bytes of an upgraded connection."""
        for seen in self._client.feed(data):
            self._sent(seen)

    def from_server(self, data: bytes) -> None:
        """Bytes of an upgraded connection."""
        for seen in self._server.feed(data):
            self._came(seen)

    def _sent(self, seen: Seen) -> None:
        assert self._judge is not None
        if isinstance(seen, Message):
            raw = parse(seen.data)
            entry, index = self._record(seen, raw, request=True)
            self._tell(self._judge.request(entry, index, binary=seen.binary))
        elif isinstance(seen, Closing):
            self._over({"code": seen.code, "reason": seen.reason}, "client")
        else:
            self._broken(seen, "client")

    def _came(self, seen: Seen) -> None:
        assert self._judge is not None
        if isinstance(seen, Message):
            text = seen.data.decode("utf-8", "replace")
            leak = self._shared.secrets.shows(text)
            entry, index = self._record(seen, parse(seen.data), request=False)
            size = len(seen.data)
            found = self._judge.event(entry, index, size=size, binary=seen.binary, leak=leak)
            self._tell(found)
        elif isinstance(seen, Closing):
            self._over({"code": seen.code, "reason": seen.reason}, "server")
        else:
            self._broken(seen, "server")

    def _record(self, seen: Message, raw: Json, *, request: bool) -> tuple[TraceEntry, int]:
        shared = self._shared
        value = shared.secrets.mask(raw, request=request)
        large = str(len(seen.data)) if len(seen.data) > LARGE else ""
        note = BINARY if seen.binary else large
        direction: Any = "out" if request else "in"
        redacted = value != raw
        index = shared.journal.add(self._name, direction, "frame", value, note, redacted=redacted)
        return TraceEntry(0.0, self._name, direction, "frame", value, note), index

    def _tell(self, found: list[Violation]) -> None:
        for violation in found:
            self._shared.tell(violation)

    def _over(self, value: dict[str, Json], by: str) -> None:
        """A close frame; the first one says who closed."""
        if self._closed:
            return
        self._closed = True
        value = self._shared.secrets.mask(value, request=False)
        if by == "server":
            self._shared.journal.add(self._name, "in", "closed", value)
        else:
            cut = {"cut": "close", "code": value["code"]}
            self._shared.journal.add(self._name, "out", "event", cut)
        reason = f" {value['reason']!r}" if value["reason"] else ""
        self._shared.say(f"{self._name} closed by the {by}: {value['code']}{reason}")

    def _broken(self, seen: Broken, by: str) -> None:
        self._shared.say(
            f"{self._name} the {by} sent bytes that are no WebSocket frame: {seen.why}"
        )

    def client_gone(self, *, reset: bool) -> None:
        """The client's end of the connection is over."""
        if self._name and not self._closed:
            self._closed = True
            how = "reset" if reset else "fin"
            self._shared.journal.add(self._name, "out", "event", {"cut": how})
            self._shared.say(f"{self._name} the client went without a close frame")

    def server_gone(self, *, reset: bool) -> None:
        """The server's end of the connection is over."""
        if self._name and not self._closed:
            self._closed = True
            value = {"code": 1006, "reason": ""}
            self._shared.journal.add(self._name, "in", "closed", value)
            how = "reset the connection" if reset else "went without a close frame"
            self._shared.say(f"{self._name} the server {how}")


def opening(head: Head) -> dict[str, Json]:
    """How a connection was opened, without secrets: `shown` is for people."""
    offered = shown_subprotocols(head.subprotocols)
    told: dict[str, Json] = {"shown": shown_target(head.target), "subprotocols": offered}
    for name in ("origin",):
        if head.values(name):
            told[name] = head.values(name)[0]
    token = _token_by(head)
    if token:
        told["by"] = token
    return told


def _token_by(head: Head) -> str:
    """How the token of a handshake travels; empty when it brings none."""
    if any(value.lower().startswith("bearer ") for value in head.values("authorization")):
        return "header"
    if any(name.startswith("bearer.") for name in head.subprotocols):
        return "subprotocol"
    return "query" if "token=" in head.target.partition("?")[2] else ""
