"""Stream matchers: what an `expect` step takes from an inbox, entry by entry.

A small state machine: `feed` takes the next entry or refuses it with a `Mismatch`; `done` says that
nothing more is required. It never waits and never sends: a barrier only tells which ping it needs.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from smooth_operator_conformance.match.values import ABSENT, Matcher, Mismatch, short
from smooth_operator_conformance.records import TraceEntry
from smooth_operator_conformance.scenario.placeholders import Scope, fill, has_placeholder

Json = Any
TAKEN, COMPLETE, PASSED = "taken", "complete", "passed"
Verdict = str | Mismatch
"""`taken`: and more may come; `complete`: and no more; `passed`: not mine, I was satisfied."""


class Element(ABC):
    """One entry of `events`, as a machine of its own."""

    satisfied = False
    """Nothing more is required of the inbox (yet more may be taken)."""

    @abstractmethod
    def offer(self, entry: TraceEntry, following: Element | None) -> Verdict:
        """Take the entry, pass it on, or refuse it."""

    @abstractmethod
    def fits(self, entry: TraceEntry) -> bool:
        """Whether it would take this entry first; changes nothing."""

    @abstractmethod
    def __str__(self) -> str:
        """What it awaits, for a person."""


class One(Element):
    """A single frame, request or close that matches."""

    def __init__(self, expected: Json, scope: Scope) -> None:
        self._raw, self._scope = expected, scope
        self._fixed = not has_placeholder(expected)

    def _match(self, entry: TraceEntry) -> tuple[Mismatch | None, dict[str, Json]]:
        if entry.kind == "closed":
            code = (entry.value or {}).get("code")
            return Mismatch("", self._raw, entry.value, f"the connection closed ({code})"), {}
        matcher = Matcher(self._scope)
        # A `$skip` before it asks again and again: only what can change is filled in anew.
        expected = self._raw if self._fixed else fill(self._raw, self._scope)
        return matcher.match(expected, entry.value), matcher.found

    def offer(self, entry: TraceEntry, following: Element | None) -> Verdict:
        wrong, found = self._match(entry)
        if wrong is not None:
            return wrong
        self._scope.update(found)
        return COMPLETE

    def fits(self, entry: TraceEntry) -> bool:
        wanted = self.wants_type()
        if wanted is not None and isinstance(entry.value, dict):
            # Most of what a `$skip` passes over differs in its type already.
            came = entry.value.get("type")
            if came != wanted and "{{" not in wanted:
                return False
        return self._match(entry)[0] is None

    def wants_type(self) -> str | None:
        """The literal `type` it asks for, if it does."""
        kind = self._raw.get("type") if isinstance(self._raw, dict) else None
        return kind if isinstance(kind, str) else None

    def __str__(self) -> str:
        return short(self._raw)


class Tokens(Element):
    """One or more token frames whose joined text is given, or matches."""

    def __init__(self, raw: dict[str, Json], scope: Scope) -> None:
        self._scope = scope
        self._text = fill(raw["$tokens"], scope)
        self._type = raw.get("type", "stream_token")
        self._count = raw.get("frames")
        self._each = raw.get("each")
        self._joined, self._frames = "", 0
        self.satisfied = self._text == ""

    def offer(self, entry: TraceEntry, following: Element | None) -> Verdict:
        if not self._is_token(entry):
            return self._ended(entry)
        token = entry.value.get("token", ABSENT)
        joined = self._joined + token if isinstance(token, str) else ""
        wrong = self._wrong_token(entry, token, joined)
        if wrong is not None:
            return wrong
        self._joined, self._frames = joined, self._frames + 1
        if not isinstance(self._text, str):
            self.satisfied = Matcher(self._scope).match(self._text, joined) is None
            return TAKEN
        if joined != self._text:
            return TAKEN
        return self._complete()

    def _complete(self) -> Verdict:
        if self._count is not None and self._frames != self._count:
            why = f"{short(self._text)} came in {self._frames} frames, not {self._count}"
            return Mismatch("/token", self._count, self._frames, why)
        return COMPLETE

    def _is_token(self, entry: TraceEntry) -> bool:
        value = entry.value
        return entry.kind == "frame" and isinstance(value, dict) and value.get("type") == self._type

    def _wrong_token(self, entry: TraceEntry, token: Json, joined: str) -> Mismatch | None:
        if not isinstance(token, str):
            return Mismatch("/token", "a text", token)
        if isinstance(self._text, str) and not self._text.startswith(joined):
            return Mismatch("/token", self._text, joined, self._said(joined))
        if self._each is None:
            return None
        return Matcher(self._scope).match(fill(self._each, self._scope), entry.value)

    def _ended(self, entry: TraceEntry) -> Verdict:
        if self.satisfied:
            count_wrong = self._complete()
            return count_wrong if isinstance(count_wrong, Mismatch) else PASSED
        came = f"{self._said(self._joined)} when {short(entry.value)} came"
        return Mismatch("/token", self._text, self._joined, came)

    def _said(self, joined: str) -> str:
        return f"expected {self._type} {short(self._text)}, had {short(joined)}"

    def fits(self, entry: TraceEntry) -> bool:
        if not self._is_token(entry):
            return False
        token = entry.value.get("token", ABSENT)
        joined = self._joined + token if isinstance(token, str) else ""
        return self._wrong_token(entry, token, joined) is None

    def __str__(self) -> str:
        return self._said(self._joined)


class Many(Element):
    """One or more consecutive frames that match, with an optional joined field."""

    def __init__(self, raw: dict[str, Json], scope: Scope) -> None:
        self._one = One(raw["$many"], scope)
        self._field = raw.get("field")
        self._text = fill(raw.get("text"), scope)
        self._joined = ""

    def offer(self, entry: TraceEntry, following: Element | None) -> Verdict:
        verdict = self._one.offer(entry, following)
        if isinstance(verdict, Mismatch):
            return PASSED if self.satisfied else self._refused(entry, verdict)
        piece = entry.value.get(self._field) if self._field else None
        self._joined += piece if isinstance(piece, str) else ""
        self.satisfied = self._text is None or self._joined == self._text
        return TAKEN

    def _refused(self, entry: TraceEntry, wrong: Mismatch) -> Mismatch:
        if not self._joined:
            return wrong
        had = f"had {short(self._joined)} when {short(entry.value)} came"
        why = f"expected {short(self._text)}, {had}"
        return Mismatch(f"/{self._field}", self._text, self._joined, why)

    def fits(self, entry: TraceEntry) -> bool:
        return self._one.fits(entry)

    def __str__(self) -> str:
        return f"one or more {self._one}"


class Skip(Element):
    """None or more entries of some types, until the next matcher fits."""

    satisfied = True

    def __init__(self, kinds: Json) -> None:
        self._kinds = kinds

    def _skips(self, entry: TraceEntry) -> bool:
        if entry.kind == "closed":
            return False
        if self._kinds is True:
            return True
        value = entry.value
        return isinstance(value, dict) and value.get("type") in self._kinds

    def offer(self, entry: TraceEntry, following: Element | None) -> Verdict:
        if following is not None and following.fits(entry):
            return PASSED
        return TAKEN if self._skips(entry) else PASSED

    def fits(self, entry: TraceEntry) -> bool:
        return self._skips(entry)

    def __str__(self) -> str:
        return f"any {self._kinds}"


class Closed(Element):
    """The server closes the connection so."""

    def __init__(self, raw: dict[str, Json], scope: Scope) -> None:
        self._expected = {"code": fill(raw["$closed"], scope)}
        if "reason" in raw:
            self._expected["reason"] = fill(raw["reason"], scope)
        self._scope = scope

    def offer(self, entry: TraceEntry, following: Element | None) -> Verdict:
        if entry.kind != "closed":
            why = f"expected the close {short(self._expected)}, got {short(entry.value)}"
            return Mismatch("", self._expected, entry.value, why)
        wrong = Matcher(self._scope).match(self._expected, entry.value)
        return COMPLETE if wrong is None else wrong

    def fits(self, entry: TraceEntry) -> bool:
        return entry.kind == "closed"

    def __str__(self) -> str:
        return f"close {short(self._expected)}"


class Barrier(Element):
    """The answer to a ping of the runner's own, before any other frame."""

    def __init__(self, ping: str) -> None:
        self.ping = ping
        self.sent = False

    def offer(self, entry: TraceEntry, following: Element | None) -> Verdict:
        if self.fits(entry):
            return COMPLETE
        expected = f"nothing before the pong {self.ping}"
        return Mismatch("", expected, entry.value, f"{expected}, got {short(entry.value)}")

    def fits(self, entry: TraceEntry) -> bool:
        value = entry.value
        return (
            isinstance(value, dict)
            and value.get("type") == "pong"
            and value.get("requestId") == self.ping
        )

    def __str__(self) -> str:
        return f"the pong {self.ping}"


class Order(Element):
    """Several sequences, interleaved; an entry goes to the first that takes it."""

    def __init__(self, sequences: list[list[Json]], scope: Scope, pings: Callable[[], str]) -> None:
        self._streams = [Stream(sequence, scope, pings) for sequence in sequences]

    def offer(self, entry: TraceEntry, following: Element | None) -> Verdict:
        refusals = []
        for stream in self._streams:
            if not stream.fits(entry):
                refusals.append(stream.awaited())
                continue
            stream.feed(entry)
            return COMPLETE if all(each.done for each in self._streams) else TAKEN
        wanted = " or ".join(text for text in refusals if text)
        return Mismatch("", wanted, entry.value, f"expected {wanted}, got {short(entry.value)}")

    def fits(self, entry: TraceEntry) -> bool:
        return any(stream.fits(entry) for stream in self._streams)

    def __str__(self) -> str:
        return " and ".join(stream.awaited() for stream in self._streams if not stream.done)


class Stream:
    """The elements of one `events` list, one after the other."""

    def __init__(self, items: list[Json], scope: Scope, pings: Callable[[], str]) -> None:
        self._items = items
        self._scope = scope
        self._pings = pings
        self._at = 0
        self._made: dict[int, Element] = {}

    @property
    def done(self) -> bool:
        """Every element is satisfied; a trailing `$skip` may still take more."""
        return all(self._element(i).satisfied for i in range(self._at, len(self._items)))

    def _element(self, index: int) -> Element:
        made = self._made.get(index)
        if made is None:
            made = self._made[index] = self._make(self._items[index])
        return made

    def _make(self, raw: Json) -> Element:
        if isinstance(raw, dict):
            if "$tokens" in raw:
                return Tokens(raw, self._scope)
            if "$many" in raw:
                return Many(raw, self._scope)
            if "$skip" in raw:
                return Skip(raw["$skip"])
            if "$closed" in raw:
                return Closed(raw, self._scope)
            if "$barrier" in raw:
                return Barrier(self._pings())
            if "$order" in raw:
                return Order(raw["$order"], self._scope, self._pings)
        return One(raw, self._scope)

    def _following(self, index: int) -> Element | None:
        return self._element(index + 1) if index + 1 < len(self._items) else None

    def pending_ping(self) -> str | None:
        """The request id of a ping that has to be sent now, told once."""
        index = self._at
        while index < len(self._items):
            element = self._element(index)
            if isinstance(element, Barrier) and not element.sent:
                element.sent = True
                return element.ping
            if not element.satisfied:
                return None
            index += 1
        return None

    def feed(self, entry: TraceEntry) -> Mismatch | None:
        """Take the next entry; a mismatch says why it does not belong here."""
        while self._at < len(self._items):
            element = self._element(self._at)
            verdict = element.offer(entry, self._following(self._at))
            if isinstance(verdict, Mismatch):
                return None if self._passed_over(entry, element) else verdict
            if verdict == TAKEN:
                return None
            self._at += 1
            if verdict == COMPLETE:
                return None
        if is_background(entry):
            return None
        return Mismatch("", ABSENT, entry.value, f"nothing more expected, got {short(entry.value)}")

    @staticmethod
    def _passed_over(entry: TraceEntry, element: Element) -> bool:
        asked = element.wants_type() if isinstance(element, One) else None
        return is_background(entry) and asked != "keepalive"

    def fits(self, entry: TraceEntry) -> bool:
        """Whether the next elements would take this entry."""
        for index in range(self._at, len(self._items)):
            element = self._element(index)
            if element.fits(entry):
                return True
            if not element.satisfied:
                return False
        return False

    def awaited(self) -> str:
        """What is missing now, for a person."""
        for index in range(self._at, len(self._items)):
            if not self._element(index).satisfied:
                return str(self._element(index))
        return "nothing more"


LAST_PING = "runner-last-ping"
"""Id of the ping by which the runner sees, after the last step, that nothing is on its way."""


def is_background(entry: TraceEntry) -> bool:
    """Passed over unless a matcher asks for it: a keepalive, a dropped request, the last pong."""
    value = entry.value
    if not isinstance(value, dict):
        return False
    return (
        value.get("type") == "keepalive"
        or value.get("$dropped") is True
        or value.get("requestId") == LAST_PING
    )
