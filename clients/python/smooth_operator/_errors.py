"""Every error this package raises, under one base with an open string `code`."""

from __future__ import annotations

import builtins
from typing import Any, Literal

TimeoutKind = Literal["connect", "request", "idle", "park"]


class SmoothOperatorError(Exception):
    """Base of all errors here.

    `code` is a code of the contract's registry where a server sent one, else one of the local
    codes named on the subclasses. `request_id` names the frame or the turn concerned, if any.
    """

    def __init__(self, message: str, *, code: str, request_id: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.request_id = request_id

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


class ConnectError(SmoothOperatorError):
    """The socket could not be opened. `http_status` is set when the server refused the upgrade."""

    def __init__(
        self, message: str, *, http_status: int | None = None, code: str = "CONNECT_FAILED"
    ) -> None:
        super().__init__(message, code=code)
        self.http_status = http_status


class ServerError(SmoothOperatorError):
    """The server answered a frame, or ended a turn, with an `error` event.

    `repeated`: the frame went out again on a new socket, so an earlier try may have taken effect.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str,
        request_id: str | None = None,
        details: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message, code=code, request_id=request_id)
        self.details = details
        self.repeated = False

    @property
    def retry_after(self) -> float | None:
        """Seconds after which a retry may help, where the server gave that hint."""
        hint = (self.details or {}).get("retryAfterMs")
        return hint / 1000 if isinstance(hint, int | float) else None


class ClosedError(SmoothOperatorError):
    """The connection is closed. `close_code` is the WebSocket close code, None if none came."""

    def __init__(
        self,
        message: str,
        *,
        close_code: int | None = None,
        reason: str = "",
        request_id: str | None = None,
        code: str = "CLOSED",
    ) -> None:
        super().__init__(message, code=code, request_id=request_id)
        self.close_code = close_code
        self.reason = reason


class Disconnected(ClosedError):
    """A turn or request was under way when the socket broke, and cannot be carried over.

    It may or may not have taken effect on the server. The client itself may be connected again.
    """

    def __init__(
        self,
        message: str,
        *,
        close_code: int | None = None,
        reason: str = "",
        request_id: str | None = None,
    ) -> None:
        super().__init__(
            message,
            close_code=close_code,
            reason=reason,
            request_id=request_id,
            code="DISCONNECTED",
        )


class TimeoutError(SmoothOperatorError, builtins.TimeoutError):
    """Nothing came in time.

    `kind`: `connect` (opening the socket), `request` (a reply), `idle` (a turn fell silent),
    `park` (a turn waited for an answer to a prompt and neither got one nor went on).
    """

    def __init__(self, message: str, *, kind: TimeoutKind, request_id: str | None = None) -> None:
        super().__init__(message, code="TIMEOUT", request_id=request_id)
        self.kind: TimeoutKind = kind


class DecodeError(SmoothOperatorError):
    """A frame arrived that breaks the contract. `raw` is that frame.

    Code `DECODE_ERROR`: a known event of the wrong shape. Code `UNEXPECTED_EVENT`: a sound event
    that cannot answer the request it claims to answer.
    """

    def __init__(
        self,
        message: str,
        *,
        raw: object,
        request_id: str | None = None,
        code: str = "DECODE_ERROR",
    ) -> None:
        super().__init__(message, code=code, request_id=request_id)
        self.raw = raw


class SlowConsumer(SmoothOperatorError):
    """An iterator fell too far behind and missed events. The turn's answer is not affected."""

    def __init__(self, limit: int, *, request_id: str | None = None) -> None:
        super().__init__(
            f"more than {limit} events were waiting to be read",
            code="SLOW_CONSUMER",
            request_id=request_id,
        )


class InvalidRequest(SmoothOperatorError, ValueError):
    """The arguments do not make a frame that the contract allows; nothing was sent."""

    def __init__(self, message: str, *, request_id: str | None = None) -> None:
        super().__init__(message, code="INVALID_REQUEST", request_id=request_id)


class NothingToAnswer(SmoothOperatorError):
    """The turn has no open prompt of the kind this call would answer; nothing was sent."""

    def __init__(self, message: str, *, request_id: str | None = None) -> None:
        super().__init__(message, code="NOTHING_TO_ANSWER", request_id=request_id)
