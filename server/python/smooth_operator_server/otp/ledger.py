"""The one-time codes of one conversation: a state machine without a clock or a network."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass
from hmac import compare_digest
from time import monotonic

CODES_PER_HOUR = 3
HOUR = 3600.0

INVALID_CODE = "INVALID_CODE"
MAX_ATTEMPTS = "MAX_ATTEMPTS"
EXPIRED = "EXPIRED"
NOT_FOUND = "NOT_FOUND"


@dataclass(frozen=True, slots=True)
class Verified:
    """The code was right: this contact is the visitor's."""

    channel: str
    destination: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """The code was not; `remaining` attempts are left, and with 0 the code is gone."""

    error: str
    remaining: int = 0


@dataclass(slots=True)
class _Pending:
    code: str
    channel: str
    destination: str
    expires: float
    remaining: int


class CodeLedger:
    """At most one code is pending; a newer one replaces it (decisions 4.4).

    `seconds` is a code's life and `attempts` the tries it allows; `clock` counts seconds.
    """

    def __init__(
        self, *, seconds: float, attempts: int, clock: Callable[[], float] = monotonic
    ) -> None:
        self._seconds = seconds
        self._attempts = attempts
        self._clock = clock
        self._sent: deque[float] = deque()
        self._pending: _Pending | None = None
        self._used: _Pending | None = None

    def may_send(self) -> bool:
        """Whether one more code would not be the fourth within a rolling hour."""
        now = self._clock()
        while self._sent and self._sent[0] <= now - HOUR:
            self._sent.popleft()
        return len(self._sent) < CODES_PER_HOUR

    def sent(self, code: str, *, channel: str, destination: str) -> None:
        """A code went out: it is the pending one from now on."""
        now = self._clock()
        self._sent.append(now)
        self._pending = _Pending(code, channel, destination, now + self._seconds, self._attempts)

    def verify(
        self, code: str, *, known: Collection[str | None] | None = None
    ) -> Verified | Rejected:
        """Try a code. A used, expired or exhausted one is gone.

        `known` are the contacts of the conversation now: a code that went elsewhere is gone too,
        else whoever owns one address could vouch for another.
        """
        pending = self._pending
        if pending is None or (known is not None and pending.destination not in known):
            self._pending = None
            return Rejected(NOT_FOUND)
        if self._clock() >= pending.expires:
            self._pending = None
            return Rejected(EXPIRED)
        if compare_digest(code.encode(errors="replace"), pending.code.encode()):
            self._pending, self._used = None, pending
            return Verified(pending.channel, pending.destination)
        pending.remaining -= 1
        if pending.remaining > 0:
            return Rejected(INVALID_CODE, pending.remaining)
        self._pending = None
        return Rejected(MAX_ATTEMPTS)

    def give_back(self) -> None:
        """What the last right code stood for could not be kept: it may be tried again."""
        if self._pending is None:
            self._pending = self._used
