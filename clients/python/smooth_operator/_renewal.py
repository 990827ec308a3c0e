"""Renews the connection's token before it expires, where the server offers that."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from ._errors import ClosedError, SmoothOperatorError

_log = logging.getLogger("smooth_operator")

_LEAD_SECONDS = 30.0
_RETRY_SECONDS = 5.0


def wait_before(expires_at_ms: int, now_ms: float) -> float:
    """Seconds to wait before renewing: half of what is left, but never later than the lead."""
    left = max(0.0, (expires_at_ms - now_ms) / 1000)
    return max(left / 2, left - _LEAD_SECONDS)


async def keep_renewed(expires_at_ms: int, renew: Callable[[], Awaitable[int | None]]) -> None:
    """Call `renew` before each expiry; it gives the next expiry, None for never.

    A failed renewal is tried again until the server closes the connection; a reconnect then
    fetches a token anyway.
    """
    expires: int | None = expires_at_ms
    while expires is not None:
        await asyncio.sleep(wait_before(expires, time.time() * 1000))
        try:
            expires = await renew()
        except ClosedError:
            return
        except SmoothOperatorError as exc:
            _log.warning("the token could not be renewed: %s", exc.code)
            await asyncio.sleep(_RETRY_SECONDS)
