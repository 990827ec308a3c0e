"""The first frame of a socket: says hello, and carries on where nobody answers to that."""

from __future__ import annotations

import asyncio
import builtins
from collections.abc import Sequence
from dataclasses import dataclass, field

from ._errors import ClosedError, ConnectError, ServerError, TimeoutError
from ._fold import server_error
from ._frames import Frame, NotAFrame, decode, encode
from ._requests import build
from ._transport import Transport, TransportClosed
from .protocol.codes import PROTOCOL_VERSION
from .protocol.events import MalformedEvent, parse_event
from .protocol.models import ErrorEvent, HelloRequest, WelcomeData, WelcomeEvent

_FATAL = "UNAUTHENTICATED"


@dataclass(slots=True)
class Greeting:
    """`welcome` is None on servers without hello. `early`: frames that came before the reply."""

    welcome: WelcomeData | None
    early: list[str | bytes] = field(default_factory=list)

    @property
    def capabilities(self) -> frozenset[str]:
        """What both sides can do on this connection."""
        return frozenset(self.welcome.capabilities) if self.welcome else frozenset()


async def greet(
    transport: Transport, *, supports: Sequence[str], token: str | None, timeout: float
) -> Greeting:
    """Exchange hello and welcome. Raises ConnectError, ServerError, ClosedError, TimeoutError."""
    frame = build(
        HelloRequest,
        "hello",
        None,
        protocol_versions=[PROTOCOL_VERSION],
        supports=list(supports),
        token=token,
    )
    try:
        async with asyncio.timeout(timeout):
            await transport.send(encode(frame))
            return await _reply(transport, frame["requestId"])
    except TransportClosed as exc:
        raise ClosedError(
            f"closed during the handshake: {exc}", close_code=exc.code, reason=exc.reason
        ) from exc
    except builtins.TimeoutError as exc:
        raise TimeoutError(f"no reply to hello within {timeout:g} s", kind="connect") from exc


async def _reply(transport: Transport, request_id: str) -> Greeting:
    greeting = Greeting(None)
    while True:
        data = await transport.recv()
        frame = _frame_with_id(data, request_id)
        if frame is not None:
            greeting.welcome = _welcome(frame)
            return greeting
        greeting.early.append(data)


def _frame_with_id(data: str | bytes, request_id: str) -> Frame | None:
    try:
        frame = decode(data)
    except NotAFrame:
        return None
    return frame if frame.get("requestId") == request_id else None


def _welcome(frame: Frame) -> WelcomeData | None:
    try:
        event = parse_event(frame)
    except MalformedEvent as exc:
        raise ConnectError(f"cannot read the server's welcome: {exc}") from exc
    if isinstance(event, WelcomeEvent):
        return event.data
    if isinstance(event, ErrorEvent):
        refused: ServerError = server_error(event)
        if refused.code == _FATAL:
            raise refused
    return None
