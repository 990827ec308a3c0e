"""Walks the steps of a case without any I/O.

`Walk.run()` is a generator of effects: it yields what has to be done or awaited, its driver sends
back what came. The live player and the offline judge are two drivers of this one generator, so that
a recorded trace is judged by the very code that judged the sockets.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field, replace
from typing import Any

from smooth_operator_conformance.match.stream import Stream
from smooth_operator_conformance.match.values import Matcher, Mismatch, short
from smooth_operator_conformance.records import Blame, Finding, FindingKind, TraceEntry
from smooth_operator_conformance.scenario.model import Case
from smooth_operator_conformance.scenario.placeholders import Scope, Unbound, fill

Json = Any


@dataclass(frozen=True, slots=True)
class Do:
    """Something the driver does: `verb` with its filled-in arguments. Nothing comes back."""

    verb: str
    args: dict[str, Json]
    step: int


@dataclass(frozen=True, slots=True)
class Await:
    """The next entry of an inbox; None when the deadline passes or the trace has no more."""

    inbox: str
    step: int


@dataclass(frozen=True, slots=True)
class Rest:
    """Every entry of an inbox that is there now and that nobody consumed."""

    inbox: str
    step: int


Effect = Do | Await | Rest
Reply = TraceEntry | list[TraceEntry] | None
Steps = Generator[Effect, Reply, None]


class Failure(Exception):
    """A step failed; the finding says how."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


@dataclass(slots=True)
class Walk:
    """One walk through a case; `scope` learns what is remembered on the way."""

    case: Case
    scope: Scope
    closed: set[str] = field(default_factory=set)
    """Connections that are over: closed by the server, cut by us, or refused."""
    _pings: int = 0

    def run(self) -> Generator[Effect, Reply, list[Finding]]:
        """All steps; the first failure ends the walk and is the only finding."""
        try:
            for index, step in enumerate(self.case.steps):
                verb = next(key for key in step if key != "only")
                yield Do("step", {"verb": verb}, index)
                try:
                    yield from self._step(index, verb, step[verb])
                except Unbound as error:
                    raise self._fail(index, str(error), blame="scenario") from error
            yield Do("end", {}, len(self.case.steps))
        except Failure as failure:
            return [failure.finding]
        return []

    def _step(self, index: int, verb: str, raw: Json) -> Steps:
        if verb == "expect":
            yield from self._expect(index, raw)
        elif verb == "open":
            yield from self._open(index, raw)
        elif verb == "send":
            yield from self._send(index, raw)
        elif verb == "get":
            yield from self._get(index, raw)
        elif verb in ("release", "signal"):
            yield Do(verb, {"name": fill(raw, self.scope)}, index)
        else:
            if verb == "cut":
                self.closed.add(raw["on"])
            yield Do(verb, fill(raw, self.scope), index)

    def _open(self, index: int, raw: dict[str, Json]) -> Steps:
        args = fill({k: v for k, v in raw.items() if k not in ("refused", "selected")}, self.scope)
        name = args["on"]
        self.closed.discard(name)
        self.scope[name] = {}
        yield Do("open", args, index)
        entry = yield from self._next(index, name, "the upgrade to be answered")
        status = entry.value.get("open") if isinstance(entry.value, dict) else None
        if "refused" in raw:
            self.closed.add(name)
            if status not in raw["refused"]:
                raise self._wrong(index, name, Mismatch("/open", raw["refused"], status))
            return
        if status != 101:
            raise self._wrong(index, name, Mismatch("/open", 101, status))
        if "selected" in raw:
            self._check(index, name, {"subprotocol": raw["selected"]}, entry)
        if "hello" in args:
            yield from self._hello(index, name, args["hello"])

    def _hello(self, index: int, name: str, supports: list[str]) -> Steps:
        frame = {
            "action": "hello",
            "requestId": f"hello-{name}",
            "protocolVersions": ["1"],
            "supports": supports,
        }
        yield Do("send", {"on": [name], "frame": frame}, index)
        entry = yield from self._next(index, name, "welcome")
        self._check(index, name, {"type": "welcome", "requestId": f"hello-{name}"}, entry)
        self.scope[name]["welcome"] = entry.value

    def _send(self, index: int, raw: dict[str, Json]) -> Steps:
        inner = Scope({**self.scope})
        inner.fresh_uuid = self.scope.fresh_uuid  # type: ignore[method-assign]  # one counter
        for name, value in raw.get("with", {}).items():
            inner[name] = fill(value, self.scope)
        names = raw["on"] if isinstance(raw["on"], list) else [raw["on"]]
        for copy in range(int(fill(raw.get("copies", 1), inner))):
            inner["i"] = copy
            args = fill({k: v for k, v in raw.items() if k not in ("with", "copies")}, inner)
            yield Do("send", {**args, "on": names}, index)

    def _get(self, index: int, raw: dict[str, Json]) -> Steps:
        args = fill(raw, self.scope)
        yield Do("get", args, index)
        entry = yield from self._next(index, "http", f"the answer of {args['path']}")
        if entry.value.get("until") is False:
            last = short(entry.value)
            message = f"{args['path']} never became {short(args['until'])}; last: {last}"
            raise self._fail(index, message, kind="deadline", inbox="http")
        wanted = {"status": "status", "body": "body", "responseHeaders": "headers"}
        expected = {wanted[key]: value for key, value in raw.items() if key in wanted}
        if expected:
            self._check(index, "http", expected, entry)

    def _expect(self, index: int, raw: dict[str, Json]) -> Steps:
        name = raw["on"]
        events = raw["events"]
        stream = Stream(events if isinstance(events, list) else [events], self.scope, self._ping)
        while True:
            ping = stream.pending_ping()
            if ping is not None:
                yield from self._send_ping(index, name, ping)
            if stream.done:
                break
            entry = yield from self._next(index, name, stream.awaited)
            self._take(index, name, stream, entry)
        if raw.get("end"):
            yield from self._end(index, name, stream)

    def _take(self, index: int, name: str, stream: Stream, entry: TraceEntry) -> None:
        wrong = stream.feed(entry)
        if wrong is not None:
            raise self._wrong(index, name, wrong)
        self._note(name, entry)

    def _end(self, index: int, name: str, stream: Stream) -> Steps:
        """Nothing more: a connection proves it by a ping, other inboxes by being empty."""
        if not is_connection(name) or name in self.closed:
            for entry in _entries((yield Rest(name, index))):
                self._take(index, name, stream, entry)
            return
        ping = self._ping()
        yield from self._send_ping(index, name, ping)
        while True:
            entry = yield from self._next(index, name, f"the pong {ping}")
            if entry.kind == "frame" and entry.value.get("requestId") == ping:
                return
            self._take(index, name, stream, entry)

    def _ping(self) -> str:
        self._pings += 1
        return f"barrier-{self._pings}"

    def _send_ping(self, index: int, name: str, ping: str) -> Steps:
        yield Do("send", {"on": [name], "frame": {"action": "ping", "requestId": ping}}, index)

    def _next(
        self, index: int, name: str, awaited: str | Callable[[], str]
    ) -> Generator[Effect, Reply, TraceEntry]:
        reply = yield Await(name, index)
        if isinstance(reply, TraceEntry):
            return reply
        # What was awaited is worth its words only when it stayed away.
        awaited = awaited if isinstance(awaited, str) else awaited()
        message = f"awaited on {name}: {awaited}; nothing came"
        raise self._fail(index, message, kind="deadline", inbox=name)

    def _note(self, name: str, entry: TraceEntry) -> None:
        """Remember what placeholders such as `{{a.lastSeq}}` ask for."""
        if entry.kind == "closed":
            self.closed.add(name)
        elif is_connection(name) and isinstance(entry.value, dict):
            seq = entry.value.get("seq")
            if isinstance(seq, int):
                self.scope.setdefault(name, {})["lastSeq"] = seq

    def _check(self, index: int, name: str, expected: Json, entry: TraceEntry) -> None:
        matcher = Matcher(self.scope)
        wrong = matcher.match(fill(expected, self.scope), entry.value)
        if wrong is not None:
            raise self._wrong(index, name, wrong)
        self.scope.update(matcher.found)

    def _wrong(self, index: int, name: str, wrong: Mismatch) -> Failure:
        failure = self._fail(index, f"on {name} at {wrong}", inbox=name)
        failure.finding = replace(
            failure.finding,
            path=wrong.path,
            expected=_plain(wrong.expected),
            actual=_plain(wrong.actual),
        )
        return failure

    def _fail(
        self,
        index: int,
        message: str,
        *,
        kind: FindingKind = "assertion",
        blame: Blame = "server",
        inbox: str = "",
    ) -> Failure:
        finding = Finding(
            kind=kind,
            message=f"step {index}: {message}",
            step=index,
            requirements=self.case.scenario.requirements,
            blame=blame,
            inbox=inbox,
        )
        return Failure(finding)


def is_connection(inbox: str) -> bool:
    """Whether the inbox is a WebSocket: every other kind has a name of its own."""
    return ":" not in inbox and inbox not in ("otp", "jwks", "process", "log", "http", "runner")


def _entries(reply: Reply) -> list[TraceEntry]:
    return reply if isinstance(reply, list) else []


def _plain(value: Json) -> Json:
    """JSON for a record: the absent value becomes null."""
    return value if isinstance(value, str | int | float | bool | list | dict) else None
