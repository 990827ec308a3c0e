"""Plays one client scenario: the scripted server on one side, the client's driver on the other."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from smooth_operator_conformance.clients.door import Caller, Door
from smooth_operator_conformance.clients.failure import Reporter, Stop
from smooth_operator_conformance.clients.frames import BadFrame, Composer
from smooth_operator_conformance.clients.laws import Book
from smooth_operator_conformance.clients.pauses import measure
from smooth_operator_conformance.clients.process import DriverProcess, NoDriver
from smooth_operator_conformance.clients.targets import ClientTarget
from smooth_operator_conformance.live.socket import encode
from smooth_operator_conformance.live.timeline import Timeline
from smooth_operator_conformance.match.stream import Stream
from smooth_operator_conformance.match.values import Matcher, short
from smooth_operator_conformance.records import Finding, TraceEntry
from smooth_operator_conformance.scenario.model import Case
from smooth_operator_conformance.scenario.placeholders import Scope, Unbound, fill, stable_uuid

Json = Any
DRIVER, DOOR, PAUSES = "driver", "door", "pauses"
SUBPROTOCOL = "smooth-operator.v1"


class ClientScope(Scope):
    """Also knows `{{in.400}}`: the time 400 ms from now, in milliseconds."""

    def _made(self, head: str, rest: list[str]) -> Json:
        if head == "in" and rest:
            return int(time.time() * 1000) + int(rest[0])
        return super()._made(head, rest)


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds that a single step may take, and a driver to say that it is ready."""

    step: float = 10.0
    start: float = 30.0


class Player:
    """One case on one client."""

    def __init__(
        self, case: Case, target: ClientTarget, composer: Composer, book: Book, patience: Patience
    ) -> None:
        self.case, self._deadline = case, patience.step
        self._start_seconds = patience.start
        self._composer, self._book = composer, book
        self.timeline = Timeline()
        nonce = case.nonce(target.name, 0)
        self.bindings: dict[str, Json] = {
            "nonce": nonce,
            "session": stable_uuid(nonce, "session"),
            "conversation": stable_uuid(nonce, "conversation"),
        }
        self._scope = ClientScope(self.bindings)
        self._door = Door(self._knocked)
        self._driver = DriverProcess(target, self._told)
        self._callers: dict[str, Caller] = {}
        self._report = Reporter(case.scenario.requirements)
        self._barriers = 0
        self._closing = False
        self.started = False
        """The driver has said that it is ready."""
        self.duration_ms = 0.0

    # ------------------------------------------------------------------ the whole case

    async def play(self) -> list[Finding]:
        """All steps, then the client's orderly end; at most one finding. Raises NoDriver."""
        self._scope["url"] = await self._door.open()
        began = time.perf_counter()
        try:
            await self._driver.start()
            self.timeline.begin()
            await self._ready()
            await self._steps()
            await self._finish()
        except Stop as stop:
            return [stop.finding]
        finally:
            self.timeline.sealed = True  # how we end the process is no news of the client's
            await self._driver.stop()
            await self._door.shut()
            self.duration_ms = (time.perf_counter() - began) * 1000
        return []

    async def _ready(self) -> None:
        """A driver begins by saying that it is there: its start is no client's slowness."""
        wanted = {"type": "state", "state": "ready"}
        entry = await self._next(DRIVER, lambda: f"first {short(wanted)}", self._start_seconds)
        self._match(DRIVER, wanted, entry)
        self.started = True

    async def _steps(self) -> None:
        for index, step in enumerate(self.case.steps):
            self._report.step = self.timeline.step = index
            verb = next(key for key in step if key != "only")
            self.timeline.add("runner", "out", "step", {"verb": verb})
            try:
                await _VERBS[verb](self, step[verb])
            except Unbound as error:
                raise self._report.mistake(str(error)) from error
            except BadFrame as error:
                raise self._report.mistake(f"no server sends this: {error}") from error

    async def _finish(self) -> None:
        """Close, await the exit, and see that nothing was left that no step asked about."""
        self._report.step = self.timeline.step = len(self.case.steps)
        self.timeline.add("runner", "out", "step", {"end": True})
        if not self._closing:
            await self._drive({"type": "close", "id": "close"})
            await self._expect({"on": DRIVER, "events": [{"type": "result", "id": "close"}]})
        ends = [{"type": "exit"}, {"type": "ended", "status": 0}]
        await self._expect({"on": DRIVER, "events": ends})
        for inbox in (DRIVER, DOOR, *self._callers):
            for entry in self.timeline.rest(inbox):
                if entry.kind != "closed" and not _background(entry):
                    what = "a connection" if inbox == DOOR else "this"
                    text = f"on {inbox}: {what} that no step expects: {short(entry.value)}"
                    raise self._report.stop(text, kind="leftover", inbox=inbox)

    @property
    def crash(self) -> str:
        """How the driver itself broke, apart from what its client did; empty when it did not."""
        if not self.started:
            return "the driver never said that it is ready"
        if any("Traceback" in line for line in self._driver.said):
            return self._driver.said[-1]
        for entry in self.timeline.entries:
            value = entry.value
            if entry.inbox == DRIVER and isinstance(value, dict) and entry.direction == "in":
                if value.get("type") == "ended" and value.get("status"):
                    return f"the driver ended with status {value['status']}"
                if value.get("kind") == "other":
                    return str(value.get("message"))
        return ""

    # ------------------------------------------------------------------ what comes in

    def _told(self, output: Json) -> None:
        if not self.timeline.sealed:
            self.timeline.add(DRIVER, "in", "frame", output)
            self._book.output(output)

    def _knocked(self, caller: Caller) -> None:
        self.timeline.add(DOOR, "in", "event", caller.wish)

    async def _next(
        self, inbox: str, awaited: Callable[[], str], patience: float | None = None
    ) -> TraceEntry:
        seconds = patience or self._deadline
        entry = await self.timeline.next(inbox, seconds)
        if entry is not None:
            return entry
        came = [e.value for e in self.timeline.entries if e.inbox == inbox and e.direction == "in"]
        last = "; last on it: " + " · ".join(short(v, 120) for v in came[-3:]) if came else ""
        if inbox == DRIVER and self._driver.said:
            last += f"; its standard error ends: {short(self._driver.said[-1], 200)}"
        text = f"awaited on {inbox}: {awaited()}; nothing came within {seconds:g} s{last}"
        raise self._report.stop(text, kind="deadline", inbox=inbox)

    # ------------------------------------------------------------------ the verbs

    async def _drive(self, raw: Json) -> None:
        command = fill(raw, self._scope)
        if command["type"] == "connect":
            command = {"url": self._scope["url"], **command}
        if not self._book.is_command(command):
            raise self._report.mistake(f"no command: {short(command)}")
        self._closing = self._closing or command["type"] == "close"
        self.timeline.add(DRIVER, "out", "frame", command)
        self._driver.command(command)

    async def _open(self, raw: dict[str, Json]) -> None:
        args = fill({key: raw[key] for key in raw if key != "request"}, self._scope)
        entry = await self._next(DOOR, lambda: "a connection")
        caller = self._door.waiting.popleft()
        if "request" in raw:
            self._match(DOOR, raw["request"], entry)
        if "refuse" in args:
            caller.refuse(int(args["refuse"]))
            return
        name = args["on"]
        offered = entry.value["subprotocols"]
        known = SUBPROTOCOL if SUBPROTOCOL in offered else None
        self._callers[name] = caller
        self._book.opened(name)
        caller.accept(
            args.get("select", known),
            lambda value, note: self._came(name, caller, value, note),
            lambda value: self._gone(name, caller, value),
        )
        if "hello" in args:
            await self._greet(name, args)

    def _came(self, name: str, caller: Caller, value: Json, note: str) -> None:
        if self._callers.get(name) is caller:
            self.timeline.add(name, "in", "frame", value, note)
            self._book.frame(name, value, note)

    def _gone(self, name: str, caller: Caller, value: Json) -> None:
        if self._callers.get(name) is caller:
            self.timeline.add(name, "in", "closed", value)

    async def _greet(self, name: str, args: dict[str, Json]) -> None:
        entry = await self._next(name, lambda: "hello")
        self._match(name, {"action": "hello", "protocolVersions": {"$has": ["1"]}}, entry)
        request_id = entry.value.get("requestId")
        if args["hello"] == "unsupported":
            error = {"type": "error", "code": "UNSUPPORTED_ACTION"}
            if request_id is not None:
                error["requestId"] = request_id
            self._say(name, self._composer.frame(error))
            return
        extra = args.get("welcome", {})
        self._book.welcomed(name, args["hello"])
        self._say(name, self._composer.welcome(request_id, args["hello"], extra))

    async def _refuse(self, raw: dict[str, Json]) -> None:
        """Turn `times` attempts away, and tell the pauses between them to the inbox `pauses`."""
        args = fill(raw, self._scope)
        began, pauses = time.perf_counter(), []
        for _ in range(int(args["times"])):
            await self._next(DOOR, lambda: "another attempt to connect")
            pauses.append((time.perf_counter() - began) * 1000)
            self._door.waiting.popleft().refuse(int(args["status"]))
            began = time.perf_counter()
        value = measure(pauses, float(args["initialMs"]), float(args["maximumMs"]))
        self.timeline.add(PAUSES, "in", "event", value)

    async def _send(self, raw: dict[str, Json]) -> None:
        name = raw["on"]
        seq = raw.get("seq")
        number = None if seq is None else int(fill(seq, self._scope))
        for copy in range(int(raw.get("copies", 1))):
            scope = ClientScope({**self._scope, "i": copy})
            of = fill(raw.get("of", {}), scope)
            for short_frame in fill(raw.get("frames", []), scope):
                short_frame = {**of, **short_frame}
                if raw.get("raw"):
                    self._say(name, short_frame)
                    continue
                if not self._composer.numbered(short_frame.get("type", "")):
                    short_frame.pop("conversationId", None)
                elif number is not None:
                    short_frame.setdefault("seq", number)
                    number += 1
                self._say(name, self._composer.frame(short_frame))
            if "text" in raw:
                self._say_text(name, fill(raw["text"], scope), binary=bool(raw.get("binary")))

    def _say(self, name: str, frame: Json) -> None:
        self.timeline.add(name, "out", "frame", frame)
        self._caller(name).send(encode(frame))

    def _say_text(self, name: str, text: str, *, binary: bool) -> None:
        self.timeline.add(name, "out", "frame", text, "binary" if binary else "text")
        self._caller(name).send(text.encode("utf-8", "surrogatepass"), binary=binary)

    async def _cut(self, raw: dict[str, Json]) -> None:
        args = fill(raw, self._scope)
        name, how = args["on"], args.get("how", "reset")
        self.timeline.add(name, "out", "event", {"cut": how})
        caller = self._caller(name)
        if how == "close":
            caller.close(int(args.get("code", 1000)), str(args.get("reason", "")))
        elif how == "fin":
            caller.fin()
        else:
            caller.reset()

    def _caller(self, name: str) -> Caller:
        if name not in self._callers:
            raise self._report.mistake(f"no connection is called {name}")
        return self._callers[name]

    async def _expect(self, raw: dict[str, Json]) -> None:
        name, events = raw["on"], raw["events"]
        events = events if isinstance(events, list) else [events]
        stream = Stream(events, self._scope, lambda: "")
        patience = float(raw["within"]) / 1000 if "within" in raw else None
        while not stream.done:
            self._take(name, stream, await self._next(name, stream.awaited, patience))
        if raw.get("end"):
            await self._end(name, stream)

    def _take(self, name: str, stream: Stream, entry: TraceEntry) -> None:
        if _background(entry) and not stream.fits(entry):
            return
        wrong = stream.feed(entry)
        if wrong is not None:
            raise self._report.wrong(name, wrong, entry)

    async def _end(self, name: str, stream: Stream) -> None:
        """Nothing more: a ping of the client's own proves it of a connection."""
        if name not in self._callers:
            for entry in self.timeline.rest(name):
                self._take(name, stream, entry)
            return
        self._barriers += 1
        barrier = f"barrier-{self._barriers}"
        await self._drive({"type": "call", "id": barrier, "action": "ping"})
        while True:
            entry = await self._next(name, lambda: "a ping")
            if isinstance(entry.value, dict) and entry.value.get("action") == "ping":
                break
            self._take(name, stream, entry)
        pong = {"type": "pong", "requestId": entry.value.get("requestId")}
        self._say(name, self._composer.frame(pong))
        await self._expect({"on": DRIVER, "events": [{"type": "result", "id": barrier}]})

    # ------------------------------------------------------------------ findings

    def _match(self, name: str, expected: Json, entry: TraceEntry) -> None:
        matcher = Matcher(self._scope)
        wrong = matcher.match(fill(expected, self._scope), entry.value)
        if wrong is not None:
            raise self._report.wrong(name, wrong, entry)
        self._scope.update(matcher.found)


def _background(entry: TraceEntry) -> bool:
    """Driver outputs that a client may give or not: its states, and events of nobody's turn."""
    value = entry.value
    if entry.inbox != DRIVER or not isinstance(value, dict):
        return False
    return value.get("type") == "state" or (value.get("type") == "event" and "id" not in value)


_VERBS: Final[Mapping[str, Callable[[Player, Json], Awaitable[None]]]] = {
    "drive": Player._drive,
    "open": Player._open,
    "refuse": Player._refuse,
    "send": Player._send,
    "cut": Player._cut,
    "expect": Player._expect,
}

__all__ = ["DOOR", "DRIVER", "PAUSES", "NoDriver", "Patience", "Player"]
