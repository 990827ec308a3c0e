"""Connection: one HTTP/1.1 connection to a gateway, a POST and its answer at a time.

httptools reads, asyncio carries. A general client's objects per request are most of what a short
completion costs, and a gateway is always asked for the same thing.
"""

from __future__ import annotations

import asyncio
from typing import Protocol

import httptools

from smooth_operator_server.models.answer import Answer, HttpError

KEEP_SECONDS = 30.0
"""How long a connection waits for its next request."""
LINGER_SECONDS = 2.0
"""How long a body may take to end after its reader has seen enough."""
LONGEST_HEAD = 65_536


class Owner(Protocol):
    """Keeps connections between requests."""

    def give(self, connection: Connection) -> None:
        """An answer has ended and another request may be sent."""
        ...

    def lost(self, connection: Connection) -> None:
        """It is closed."""
        ...


class Connection(asyncio.Protocol):
    """`idle_seconds` without a byte end an answer with `TimeoutError`."""

    def __init__(self, owner: Owner, idle_seconds: float) -> None:
        self._owner = owner
        self._loop = asyncio.get_running_loop()
        self._silence = idle_seconds
        self._tick = min(idle_seconds, KEEP_SECONDS)
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._answer: Answer | None = None
        self._head_bytes = 0
        self._heard = self._loop.time()
        self._paused = False
        self._timer: asyncio.TimerHandle | None = None
        self._linger: asyncio.TimerHandle | None = None

    @property
    def usable(self) -> bool:
        """Whether a request may be sent."""
        return self._transport is not None and not self._transport.is_closing()

    def post(self, request: bytes) -> Answer:
        """Send a request; its answer is yet to begin."""
        assert self._transport is not None
        self._answer = answer = Answer(self, self._loop)
        self._head_bytes = 0
        self._heard = self._loop.time()
        if self._timer is None:
            self._timer = self._loop.call_later(self._tick, self._look)
        self._transport.write(request)
        return answer

    def abort(self) -> None:
        """End whatever goes on, at once."""
        if self._transport is not None:
            self._transport.abort()

    def linger(self) -> None:
        """Wait for the end of the answer, but not for long."""
        if self._linger is None:
            self._linger = self._loop.call_later(LINGER_SECONDS, self.abort)

    def pause(self) -> None:
        """The reader is behind."""
        if not self._paused and self._transport is not None:
            self._paused = True
            self._transport.pause_reading()

    def resume(self) -> None:
        """The reader has caught up."""
        if self._paused and self._transport is not None:
            self._paused = False
            self._heard = self._loop.time()
            self._transport.resume_reading()

    def _fail(self, error: Exception) -> None:
        if self._answer is not None:
            self._answer.end(error)
            self._answer = None
        self.abort()

    def _look(self) -> None:
        """One timer for silence and for idleness, set anew from what was heard since."""
        limit = KEEP_SECONDS if self._answer is None else self._silence
        left = self._tick if self._paused else self._heard + limit - self._loop.time()
        if left > 0:
            self._timer = self._loop.call_later(min(left, self._tick), self._look)
            return
        self._timer = None
        self._fail(TimeoutError())

    # What the transport says

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        self._heard = self._loop.time()
        answer = self._answer
        if answer is None:
            self.abort()  # nobody asked
            return
        if not answer.is_begun:
            self._head_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._fail(HttpError("no HTTP"))
            return
        if not answer.is_begun and self._head_bytes > LONGEST_HEAD:
            self._fail(HttpError("a head without an end"))
        answer.wake()

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        for timer in (self._timer, self._linger):
            if timer is not None:
                timer.cancel()
        self._owner.lost(self)
        if self._answer is not None:
            whole = exc is None and self._answer.is_begun and self._ends_with_the_connection()
            self._answer.end(None if whole else HttpError("cut"))
            self._answer = None

    def _ends_with_the_connection(self) -> bool:
        assert self._answer is not None
        return not {"content-length", "transfer-encoding"} & self._answer.headers.keys()

    # What the parser says

    def on_message_begin(self) -> None:
        if self._answer is None:
            self.abort()  # one answer too many

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._answer is not None:
            self._answer.headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        if self._answer is not None:
            self._answer.status = self._parser.get_status_code()
            self._answer.is_begun = self._answer.status >= 200

    def on_body(self, piece: bytes) -> None:
        if self._answer is not None:
            self._answer.take(piece)

    def on_message_complete(self) -> None:
        answer = self._answer
        if answer is None:
            return
        if not answer.is_begun:
            answer.headers.clear()  # of an answer before the answer (1xx)
            return
        answer.end()
        self._answer = None
        if self._linger is not None:
            self._linger.cancel()
            self._linger = None
        self.resume()
        if self._parser.should_keep_alive():
            self._owner.give(self)
        else:
            self.abort()
