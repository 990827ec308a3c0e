"""The outbox: what waits for one socket, in order, bounded; free of I/O.

While the socket takes frames they go straight through. While it does not, they wait; waiting
tokens of one turn are joined into one frame (decisions 6.4), and past the limit the reader is
given up. Replays are pulled, never queued.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import orjson

from smooth_operator_server.events.event import LoggedEvent
from smooth_operator_server.events.watch import Source, marked

JOINED_BYTES = 262_144
"""How much text one joined frame may hold: decisions 1.9 bounds a text at 256 KiB of JSON."""

PASS_BYTES = 65_536
"""How much one pass pulls before it lets the socket say whether it can take more."""


class _TokenRun:
    """Adjacent tokens of one type and turn that wait together."""

    __slots__ = ("first", "last", "prefix", "size", "texts")

    def __init__(self, event: LoggedEvent, prefix: bytes | None) -> None:
        self.first = self.last = event
        self.prefix = prefix
        self.texts = [event.token or ""]
        self.size = _text_size(self.texts[0])

    def takes(self, event: LoggedEvent, prefix: bytes | None) -> bool:
        return (
            event.token is not None
            and event.type == self.first.type
            and event.turn == self.first.turn
            and prefix == self.prefix
            and event.seq == self.last.seq + 1
            and self.size + _text_size(event.token) <= JOINED_BYTES
        )

    def add(self, event: LoggedEvent) -> int:
        """Join one more; returns the bytes that the frame grew by."""
        text = event.token or ""
        self.texts.append(text)
        self.last = event
        self.size += _text_size(text)
        return 2 * _text_size(text)

    def frame(self) -> bytes:
        if self.first is self.last:
            return _frame(self.first, self.prefix)
        last, token = self.last, "".join(self.texts)
        frame: dict[str, object] = {"type": last.type}
        data: dict[str, object] = {"token": token}
        if last.request_id is not None:
            frame["requestId"] = data["requestId"] = last.request_id
        if self.prefix is not None:
            frame["seqFrom"] = self.first.seq
            frame["seq"] = last.seq
        frame.update(token=token, data=data, timestamp=last.timestamp)
        body = orjson.dumps(frame)
        return body if self.prefix is None else b"{" + self.prefix + body[1:]


def _text_size(text: str) -> int:
    return len(orjson.dumps(text)) - 2


def _frame(event: LoggedEvent, prefix: bytes | None) -> bytes:
    return event.body if prefix is None else marked(event, prefix)


_NOTHING: deque[bytes | _TokenRun] = deque()
"""What every outbox without waiting frames shares; never appended to."""


class Outbox:
    """`write` hands a frame to the socket; `later` runs a pass after the socket had its say."""

    def __init__(
        self,
        write: Callable[[bytes], None],
        *,
        limit: int,
        overflow: Callable[[], None],
        later: Callable[[Callable[[], None]], object],
    ) -> None:
        self._write = write
        self._limit = limit
        self._overflow = overflow
        self._later = later
        self._waiting = _NOTHING
        self._sources: list[Source] = []
        self._paused = False
        self._scheduled = False
        self._closed = False
        self.waiting_bytes = 0

    @property
    def idle(self) -> bool:
        """Nothing waits and nothing is being replayed."""
        return not self._waiting and not self._sources

    def send(self, frame: bytes) -> None:
        """A reply: leaves after everything that was handed over before it."""
        if self._closed:
            return
        if not self._paused and not self._waiting:
            self._write(frame)
            return
        # A copy: a frame fresh from orjson keeps a buffer up to eight times its size alive.
        self._wait(memoryview(frame).tobytes())
        self._grow(len(frame))

    def event(self, event: LoggedEvent, prefix: bytes | None) -> None:
        """An event of a turn; `prefix` is the conversation of an `event_seq` reader."""
        if self._closed:
            return
        if not self._paused and not self._waiting:
            self._write(event.body if prefix is None else marked(event, prefix))
            return
        last = self._waiting[-1] if self._waiting else None
        if isinstance(last, _TokenRun) and last.takes(event, prefix):
            self._grow(last.add(event))
        elif event.token is not None:
            self._wait(_TokenRun(event, prefix))
            self._grow(len(event.body))
        else:
            frame = _frame(event, prefix)
            self._wait(frame)
            self._grow(len(frame))

    def pull(self, source: Source) -> None:
        """Replay from a source, as the socket drains."""
        if source not in self._sources:
            self._sources.append(source)
        self._schedule()

    def unpull(self, source: Source) -> None:
        if source in self._sources:
            self._sources.remove(source)

    def pause(self) -> None:
        """The socket's buffer is full."""
        self._paused = True

    def resume(self) -> None:
        """The socket drained: go on."""
        self._paused = False
        self._pass()

    def close(self) -> None:
        """Drop what waits; everything later is ignored."""
        self._closed = True
        self._waiting = _NOTHING
        self._sources.clear()
        self.waiting_bytes = 0

    def _wait(self, item: bytes | _TokenRun) -> None:
        if self._waiting is _NOTHING:
            self._waiting = deque()
        self._waiting.append(item)

    def _grow(self, size: int) -> None:
        self.waiting_bytes += size
        if self.waiting_bytes > self._limit:
            self._overflow()

    def _schedule(self) -> None:
        if not self._scheduled and not self._closed:
            self._scheduled = True
            self._later(self._scheduled_pass)

    def _scheduled_pass(self) -> None:
        self._scheduled = False
        self._pass()

    def _pass(self) -> None:
        """Write what waits, then pull replays in turn, at most `PASS_BYTES` at a time."""
        sent = 0
        while not self._paused and not self._closed:
            if sent >= PASS_BYTES:
                self._schedule()
                return
            frame = self._next()
            if frame is None:
                return
            sent += len(frame)
            self._write(frame)

    def _next(self) -> bytes | None:
        if self._waiting:
            item = self._waiting.popleft()
            frame = item.frame() if isinstance(item, _TokenRun) else item
            if not self._waiting:
                self._waiting = _NOTHING
                self.waiting_bytes = 0
            else:
                self.waiting_bytes = max(0, self.waiting_bytes - len(frame))
            return frame
        while self._sources:
            frame_or_none = self._sources[0].next_frame()
            if frame_or_none is not None:
                self._sources.append(self._sources.pop(0))
                return frame_or_none
            if self._sources:
                self._sources.pop(0)
        return None
