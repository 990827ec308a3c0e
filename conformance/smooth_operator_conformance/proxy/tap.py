"""Frames out of a stream of bytes, one direction of one connection; it changes nothing.

The sans-I/O protocol of `websockets` reads; what it would answer (pongs, closes) is thrown away,
for the two ends of the connection do that themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from websockets.frames import Close, Frame, Opcode
from websockets.protocol import Protocol, Side, State


@dataclass(frozen=True, slots=True)
class Message:
    """A whole text or binary message."""

    data: bytes
    binary: bool


@dataclass(frozen=True, slots=True)
class Closing:
    """A close frame; 1005 when it names no code."""

    code: int
    reason: str


@dataclass(frozen=True, slots=True)
class Broken:
    """Bytes that are no WebSocket frame; nothing after them is read."""

    why: str


Seen = Message | Closing | Broken


class Tap:
    """Reads one direction; `from_client` says whose frames they are."""

    def __init__(self, *, from_client: bool) -> None:
        side = Side.SERVER if from_client else Side.CLIENT
        self._protocol = Protocol(side, state=State.OPEN, max_size=None)
        self._pieces: list[bytes] = []
        self._binary = False
        self._over = False

    def feed(self, data: bytes) -> Iterator[Seen]:
        """What these bytes complete."""
        if self._over:
            return
        self._protocol.receive_data(data)
        for event in self._protocol.events_received():
            if isinstance(event, Frame):
                yield from self._frame(event)
        self._protocol.data_to_send()
        wrong = self._protocol.parser_exc
        if wrong is not None and not self._over:
            self._over = True
            yield Broken(str(wrong) or type(wrong).__name__)

    def _frame(self, frame: Frame) -> Iterator[Seen]:
        if frame.opcode is Opcode.CLOSE:
            self._over = True
            close = Close.parse(frame.data)
            yield Closing(int(close.code), close.reason)
        elif frame.opcode in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
            if not self._pieces:
                self._binary = frame.opcode is Opcode.BINARY
            self._pieces.append(bytes(frame.data))
            if frame.fin:
                data, self._pieces = b"".join(self._pieces), []
                yield Message(data, self._binary)
