"""When to open a lost connection again, and how long to wait before each attempt."""

from __future__ import annotations

import random
from dataclasses import dataclass

from ._errors import ClosedError, ConnectError, SmoothOperatorError, TimeoutError

_RECOVERABLE = frozenset({None, 1001, 1005, 1006, 1011, 1012, 1013, 4408})
_UNAUTHENTICATED = 4401


@dataclass(frozen=True, slots=True)
class Reconnect:
    """Policy of reconnecting. All durations in seconds.

    The wait before attempt n is drawn from 0 to `initial * 2**n`, capped at `maximum` ("full
    jitter": a crowd that was cut off together does not come back together). After
    `give_up_after` without a connection the client closes; None means never.
    """

    initial: float = 0.5
    maximum: float = 8.0
    give_up_after: float | None = 300.0

    def delay(self, attempt: int) -> float:
        """Seconds to wait before attempt number `attempt`, counted from 0."""
        ceiling = min(self.maximum, self.initial * 2.0 ** min(attempt, 32))
        return random.uniform(0.0, ceiling)


def worth_retrying(cause: SmoothOperatorError, *, fresh_token: bool) -> bool:
    """Whether another attempt can do better than the one that ended with `cause`.

    `fresh_token`: the token comes from a callback, so a refusal of the old one is not final.
    """
    if isinstance(cause, ConnectError):
        return _worth_redialling(cause.http_status, fresh_token)
    if isinstance(cause, ClosedError):
        if cause.close_code == _UNAUTHENTICATED:
            return fresh_token
        return cause.close_code in _RECOVERABLE
    return isinstance(cause, TimeoutError)


def _worth_redialling(status: int | None, fresh_token: bool) -> bool:
    if status is None:
        return True
    if status == 401:
        return fresh_token
    return status in (408, 425, 429) or status >= 500
