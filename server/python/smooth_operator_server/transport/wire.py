"""The wire: uvicorn's sans-I/O WebSocket protocol, made to hand frames straight to a connection.

The only file that knows the WebSocket library. All frames that become ready in one iteration of
the event loop leave in one write; received frames reach the connection without a queue between.
"""

from __future__ import annotations

import asyncio
import socket
from typing import Any, Protocol, cast

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame
from websockets.protocol import State

HIGH_WATER = 65_536
CLOSE_SECONDS = 5.0
ABNORMAL = 1006


class Receiver(Protocol):
    """The connection, as the wire sees it. Every method returns at once."""

    def text_received(self, text: str) -> None: ...
    def binary_received(self) -> None: ...
    def heard(self) -> None:
        """Bytes came in: the peer lives."""
        ...

    def pause(self) -> None: ...
    def resume(self) -> None: ...
    def lost(self, code: int) -> None: ...


class _NoQueue:
    """Stands where the library keeps what only its ASGI side reads: nobody is there any more."""

    def put_nowait(self, message: object) -> None: ...
    def set(self) -> None: ...
    def clear(self) -> None: ...


_NO_QUEUE = _NoQueue()


class JoiningTransport:
    """A transport whose writes of one loop iteration leave together."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._ready: list[bytes] = []
        self.accepted_bytes = 0

    def write(self, data: bytes) -> None:
        if not data:
            return
        if not self._ready:
            self._loop.call_soon(self.flush)
        self._ready.append(data)
        self.accepted_bytes += len(data)

    def flush(self) -> None:
        """Hand over what this iteration made ready."""
        if self._ready:
            data = b"".join(self._ready)
            self._ready.clear()
            if not self._transport.is_closing():
                self._transport.write(data)

    def drained_bytes(self) -> int:
        """How much the kernel has taken so far: grows as long as the peer reads."""
        waiting = sum(map(len, self._ready)) + self._transport.get_write_buffer_size()
        return self.accepted_bytes - waiting

    def close(self) -> None:
        self.flush()
        self._transport.close()

    def end_writing(self) -> None:
        """Half-close: everything written so far arrives, then the end."""
        self.flush()
        if not self._transport.is_closing() and self._transport.can_write_eof():
            self._transport.write_eof()

    def abort(self) -> None:
        self._ready.clear()
        self._transport.abort()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


def _header(length: int) -> bytes:
    """The head of an unmasked, unfragmented text frame (RFC 6455 §5.2)."""
    if length < 126:
        return bytes((0x81, length))
    if length < 65_536:
        return b"\x81\x7e" + length.to_bytes(2, "big")
    return b"\x81\x7f" + length.to_bytes(8, "big")


class WireProtocol(WebSocketsSansIOProtocol):
    """One socket. Until a receiver is attached it behaves as uvicorn's own."""

    receiver: Receiver | None = None
    _lost_told = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        plain = cast(asyncio.Transport, transport)
        sock = plain.get_extra_info("socket")
        if sock is not None and sock.family in (socket.AF_INET, socket.AF_INET6):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        plain.set_write_buffer_limits(high=HIGH_WATER)
        joining = JoiningTransport(plain, self.loop)
        super().connection_made(cast(asyncio.Transport, joining))

    async def run_asgi(self) -> None:
        """The application shakes hands; what it hands over to a receiver outlives it.

        So an idle connection holds no task and none of the upgrade's objects.
        """
        self.scope["state"]["wire"] = self
        try:
            await self.app(self.scope, self.receive, self.send)
        except ClientDisconnected:
            pass
        except Exception:
            self.logger.exception("the upgrade failed")
            self.send_500_response()
        if self.receiver is None:
            if self.close_timer is None:
                self.transport.close()
            return
        del self.scope, self.request, self.response

    def attach(self, receiver: Receiver) -> None:
        """Hand everything that comes to `receiver`, including what came before."""
        self.receiver = receiver
        while not self.queue.empty():
            message = cast(dict[str, Any], self.queue.get_nowait())
            if message["type"] == "websocket.disconnect":
                self._tell_lost(message.get("code", ABNORMAL))
            elif message.get("text") is not None:
                receiver.text_received(message["text"])
            elif message.get("bytes") is not None:
                receiver.binary_received()
        self.queue = cast(Any, _NO_QUEUE)
        self.writable = cast(Any, _NO_QUEUE)
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()

    @property
    def joining(self) -> JoiningTransport:
        return cast(JoiningTransport, self.transport)

    # What the connection does.

    def send_text_frame(self, payload: bytes) -> None:
        """Queue one text frame for this loop iteration's write."""
        if self.conn.state is State.OPEN:
            self.transport.write(_header(len(payload)) + payload)

    def ping(self) -> None:
        if self.conn.state is State.OPEN:
            self.conn.send_ping(b"")
            self.transport.write(b"".join(self.conn.data_to_send()))

    def close(self, code: int, reason: str = "") -> None:
        """Start the closing handshake; reset the socket when the peer does not finish it."""
        if self.close_sent or self.conn.state is not State.OPEN:
            return
        self.conn.send_close(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self.close_timer = self.loop.call_later(CLOSE_SECONDS, self.joining.abort)
        self._tell_lost(code)

    def abort(self) -> None:
        """Reset the socket: nobody is there."""
        self._tell_lost(ABNORMAL)
        self.joining.abort()

    def hold_reading(self, held: bool) -> None:
        """Stop or go on reading, while the connection has too much to do already."""
        if held == self.read_paused or self.transport.is_closing():
            return
        self.read_paused = held
        if held:
            self.transport.pause_reading()
        else:
            self.transport.resume_reading()

    # What the transport tells.

    def data_received(self, data: bytes) -> None:
        if self.conn.parser_exc is not None:
            return
        if self.receiver is not None:
            self.receiver.heard()
        super().data_received(data)

    def send_receive_event_to_app(self) -> None:
        receiver = self.receiver
        if receiver is None or self.close_sent:
            super().send_receive_event_to_app()
            return
        data = self.frames[0] if len(self.frames) == 1 else b"".join(self.frames)
        self.frames = []
        if self.curr_msg_data_type != "text":
            receiver.binary_received()
            return
        try:
            text = bytes(data).decode()
        except UnicodeDecodeError:
            self.conn.send_close(1007)
            self.handle_parser_exception()
            return
        receiver.text_received(text)

    def handle_pong(self, event: Frame) -> None:
        """`data_received` has already told the receiver that the peer lives."""

    def handle_close(self, event: Frame) -> None:
        received = self.conn.close_rcvd
        super().handle_close(event)
        self._tell_lost(received.code if received else 1005)

    def handle_parser_exception(self) -> None:
        """Say why, end our side, and read on: closing with unread bytes would reset the socket
        and the peer would never see the reason."""
        if self.close_sent:
            return
        self.close_sent = True
        sent = self.conn.close_sent
        code = sent.code if sent else ABNORMAL
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code})
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.joining.end_writing()
        self.close_timer = self.loop.call_later(CLOSE_SECONDS, self.joining.abort)
        self._tell_lost(code)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._tell_lost(ABNORMAL)

    def pause_writing(self) -> None:
        super().pause_writing()
        if self.receiver is not None:
            self.receiver.pause()

    def resume_writing(self) -> None:
        super().resume_writing()
        if self.receiver is not None:
            self.receiver.resume()

    def _tell_lost(self, code: int) -> None:
        if self.receiver is not None and not self._lost_told:
            self._lost_told = True
            self.receiver.lost(code)
