"""Plays one case against a server: does what the walk asks for and hands it what came."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from smooth_operator_conformance.live.http import Web
from smooth_operator_conformance.live.socket import Hooks, Opening, Socket, connect, encode
from smooth_operator_conformance.match.stream import LAST_PING
from smooth_operator_conformance.match.values import short
from smooth_operator_conformance.records import Finding
from smooth_operator_conformance.scenario.placeholders import Scope
from smooth_operator_conformance.walk import Await, Do, Effect, Reply, Rest, Walk
from smooth_operator_conformance.world.case_run import CaseRun
from smooth_operator_conformance.world.registry import Registry

Json = Any
SUBPROTOCOL = "smooth-operator.v1"
Tamper = Callable[[str, Json], list[Json]]
"""Live operators: connection name and frame in, the frames that really leave out."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The server under test, as sockets and requests reach it."""

    host: str
    port: int
    secure: bool = False
    signal: Callable[[], None] | None = None
    """Sends SIGTERM; None where the process is not ours."""
    path: str = "/ws"
    """Where its WebSocket is."""

    @property
    def http(self) -> str:
        return f"http{'s' * self.secure}://{self.host}:{self.port}"

    @property
    def ws(self) -> str:
        return f"ws{'s' * self.secure}://{self.host}:{self.port}"


class Player:
    """Drives one walk; `deadline` is the patience of each single step, in seconds."""

    def __init__(
        self,
        run: CaseRun,
        endpoint: Endpoint,
        registry: Registry,
        web: Web,
        *,
        deadline: float,
        tamper: Tamper | None = None,
    ) -> None:
        self.run, self._endpoint, self._registry, self._web = run, endpoint, registry, web
        self._deadline, self._tamper = deadline, tamper
        self._timeline = run.timeline
        self.sockets: dict[str, Socket] = {}
        self.old: list[Socket] = []
        """Sockets whose name was opened again."""
        self._asked: set[str] = set()
        self._quiet = asyncio.Event()
        self._walk = Walk(run.case, Scope(run.bindings))

    async def play(self) -> list[Finding]:
        """All steps; at most one finding, of the step that failed."""
        steps = self._walk.run()
        reply: Reply = None
        while True:
            try:
                effect = steps.send(reply)
            except StopIteration as stop:
                findings: list[Finding] = stop.value
                return [self._told(finding) for finding in findings]
            reply = await self._answer(effect)

    def _told(self, finding: Finding) -> Finding:
        """A deadline failure also names what came."""
        if finding.kind != "deadline" or not finding.inbox:
            return finding
        self.run.timed_out = True
        came = [e.value for e in self._timeline.entries if e.inbox == finding.inbox][-4:]
        last = "; last on it: " + " · ".join(short(v, 120) for v in came) if came else ""
        return Finding(
            kind="deadline",
            message=f"{finding.message} within {self._deadline:g} s{last}",
            step=finding.step,
            requirements=finding.requirements,
            inbox=finding.inbox,
        )

    async def _answer(self, effect: Effect) -> Reply:
        if isinstance(effect, Await):
            return await self._timeline.next(effect.inbox, self._deadline)
        if isinstance(effect, Rest):
            return self._timeline.rest(effect.inbox)
        await self._do(effect)
        return None

    async def _do(self, effect: Do) -> None:
        verb, args = effect.verb, effect.args
        self._timeline.step = effect.step
        if verb in ("step", "end"):
            value = {"end": True} if verb == "end" else args
            self._timeline.add("runner", "out", "step", value)
        elif verb == "open":
            await self._open(args)
        elif verb == "send":
            self._send(args)
        elif verb == "cut":
            self._cut(args)
        elif verb == "read":
            self.sockets[args["on"]].read(bool(args["stop"]))
        elif verb == "release":
            self.run.release(str(args["name"]))
        elif verb == "get":
            value = await self._web.get(self._endpoint.http, args, self._deadline)
            self._timeline.add("http", "in", "http", value)
        elif verb == "signal" and self._endpoint.signal is not None:
            self._endpoint.signal()

    async def _open(self, args: dict[str, Json]) -> None:
        name = args["on"]
        if name in self.sockets:
            self.old.append(self.sockets[name])
        hooks = Hooks(
            opened=lambda value: self._timeline.add(name, "in", "event", value),
            frame=lambda value, note: self._came(name, value, note),
            closed=lambda value: self._ended(name, value),
        )
        endpoint = self._endpoint
        self.sockets[name] = await connect(self._opening(args), hooks, endpoint.host, endpoint.port)

    def _came(self, name: str, value: Json, note: str) -> None:
        self._timeline.add(name, "in", "frame", value, note)
        if isinstance(value, dict) and value.get("requestId") == LAST_PING:
            self._heard(name)
        self._registry.saw(self.run, value)

    def _opening(self, args: dict[str, Json]) -> Opening:
        url = self._endpoint.ws + args.get("path", self._endpoint.path)
        headers = {str(k): str(v) for k, v in args.get("headers", {}).items()}
        subprotocols = list(args.get("subprotocols", []))
        for key, header in (("origin", "Origin"), ("host", "Host")):
            if key in args:
                headers[header] = args[key]
        token = args.get("token")
        if "as" in args:
            token = self.run.bindings["token"][args["as"]]
        if token is not None:
            by = args.get("by", "header")
            if by == "header":
                headers["Authorization"] = f"Bearer {token}"
            elif by == "query":
                url += ("&" if "?" in url else "?") + "token=" + quote(token, safe="")
            else:
                subprotocols = [*subprotocols, SUBPROTOCOL, f"bearer.{token}"]
        return Opening(url, headers, subprotocols, args.get("receiveBuffer"))

    def _send(self, args: dict[str, Json]) -> None:
        note = "wrong" if args.get("wrong") else ""
        for name in args["on"]:
            binary = "binary" in args
            if "frame" in args:
                value = args["frame"]
                self._timeline.add(name, "out", "frame", value, note)
                frames = [value] if self._tamper is None else self._tamper(name, value)
                data = [_padded(encode(frame), args) for frame in frames]
            else:
                text = args["binary"] if binary else args.get("text", "")
                self._timeline.add(name, "out", "frame", text, "binary" if binary else "text")
                data = [_padded(text.encode("utf-8", "surrogatepass"), args)]
            for piece in data:
                self.sockets[name].send(piece, binary=binary)

    def _cut(self, args: dict[str, Json]) -> None:
        name, how = args["on"], args["how"]
        self._timeline.add(name, "out", "event", {"cut": how})
        socket = self.sockets[name]
        if how == "reset":
            socket.reset()
        elif how == "fin":
            socket.fin()
        else:
            socket.close(int(args.get("code", 1000)))

    async def settle(self) -> None:
        """A last pong of each open socket: what is on its way arrives before it."""
        frame = {"action": "ping", "requestId": LAST_PING}
        self._asked = {name for name, socket in self.sockets.items() if socket.open}
        for name in self._asked:
            self._timeline.add(name, "out", "frame", frame)
            self.sockets[name].send(encode(frame))
        if self._asked:
            await self._quiet.wait()

    def _heard(self, name: str) -> None:
        self._asked.discard(name)
        if not self._asked:
            self._quiet.set()

    def _ended(self, name: str, value: Json) -> None:
        self._timeline.add(name, "in", "closed", value)
        self._heard(name)

    def leave_anonymous(self) -> None:
        """Close the sockets without a principal: servers bound them per peer address."""
        for step in self.run.case.steps:
            opened = step.get("open", {})
            if opened and "as" not in opened and opened["on"] in self.sockets:
                self.sockets[opened["on"]].close()

    def hang_up(self) -> None:
        """End every socket; the process is done."""
        for socket in [*self.sockets.values(), *self.old]:
            socket.fin()


def _padded(data: bytes, args: dict[str, Json]) -> bytes:
    return data.ljust(int(args["pad"])) if "pad" in args else data
