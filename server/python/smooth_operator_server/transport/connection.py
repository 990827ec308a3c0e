"""The connection: one socket, from its first frame to its last."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from smooth_operator.protocol import prompts
from smooth_operator.protocol.codes import ErrorCode
from smooth_operator.protocol.dispatch import ActionHandlers

from smooth_operator_server.actions.client import Client, Refusal
from smooth_operator_server.actions.frames import BadFrame, read_frame, serve_frame
from smooth_operator_server.auth.base import Principal
from smooth_operator_server.settings import Settings
from smooth_operator_server.transport.liveness import Liveness
from smooth_operator_server.transport.outbox import Outbox
from smooth_operator_server.transport.rates import FrameRate
from smooth_operator_server.transport.wire import WireProtocol

UNAUTHENTICATED = 4401
SLOW_READER = 4408
MANY_FRAMES = 256
FEW_FRAMES = 64

Item = tuple[str | None, float]
"""A text frame (None: a binary one), and the seconds a rate-limited sender should wait."""


class Connection:
    """Reads frames in order, answers them, and carries what its client watches."""

    def __init__(
        self,
        wire: WireProtocol,
        settings: Settings,
        handlers: ActionHandlers[Client],
        *,
        principal: Principal | None,
        origin: str | None,
        peer: str,
        token_brought: bool,
        must_greet: bool,
        on_lost: Callable[[Connection, int], None],
    ) -> None:
        loop = asyncio.get_running_loop()
        self._wire = wire
        self._settings = settings
        self._handlers = handlers
        self._on_lost = on_lost
        self._loop = loop
        self._inbox: list[Item] = []
        self._worker: asyncio.Task[None] | None = None
        self._code = 0
        self._rate = FrameRate(settings.frames_per_second, settings.frame_burst, loop.time())
        self._is_lost = False
        self._gave_up = False
        self._expiry: asyncio.TimerHandle | None = None
        self._progress: asyncio.TimerHandle | None = None
        self._drained = 0
        self.outbox = Outbox(
            wire.send_text_frame,
            limit=settings.outbound_bytes,
            overflow=self._too_slow,
            later=loop.call_soon,
        )
        self.client = Client(
            outbox=self.outbox,
            socket=self,
            principal=principal,
            origin=origin,
            peer=peer,
            token_brought=token_brought,
            must_greet=must_greet,
            continues=settings.on_disconnect == "continue",
        )
        self._liveness = Liveness(
            loop,
            ping_seconds=settings.ping_seconds,
            pong_seconds=settings.pong_seconds,
            ping=wire.ping,
            dead=wire.abort,
        )

    def start(self) -> None:
        """Serve from now on; no task runs while no frame is there."""
        self._liveness.start()
        if self.client.principal is not None:
            self.renew(self.client.principal)
        self._wire.attach(self)

    async def _work(self) -> None:
        """Serve the frames that wait, in order, and what the peer's leaving asks for."""
        try:
            while self._inbox:
                item = self._inbox.pop(0)
                if len(self._inbox) == FEW_FRAMES:
                    self._wire.hold_reading(False)
                if not self._gave_up:
                    await self._serve(*item)
        finally:
            self._worker = None
            if self._is_lost:
                self._finish()

    def _finish(self) -> None:
        self._stop_timers()
        self.outbox.close()
        self.client.close()
        self._on_lost(self, self._code)

    # What the wire tells.

    def text_received(self, text: str) -> None:
        self._receive(text)

    def binary_received(self) -> None:
        self._receive(None)

    def heard(self) -> None:
        self._liveness.heard()

    def pause(self) -> None:
        self.outbox.pause()
        self._drained = self._wire.joining.drained_bytes()
        self._watch_progress()

    def resume(self) -> None:
        if self._progress is not None:
            self._progress.cancel()
            self._progress = None
        self.outbox.resume()

    def lost(self, code: int) -> None:
        if not self._is_lost:
            self._is_lost = True
            self._code = code
            self._liveness.stop()
            if self._worker is None:
                self._finish()

    # What the client asks of its socket.

    async def responds(self, seconds: float) -> bool:
        return await self._liveness.responds(seconds)

    def drop(self) -> None:
        """The peer is gone: its turns end now, not when the reading task gets to it."""
        self._gave_up = True
        self._wire.abort()
        self.client.close()

    def close(self, code: int, reason: str = "") -> None:
        self._gave_up = True
        self.outbox.close()
        self._wire.close(code, reason)

    def renew(self, principal: Principal) -> None:
        if self._expiry is not None:
            self._expiry.cancel()
            self._expiry = None
        if principal.expires_at is not None:
            wait = principal.expires_at + self._settings.expiry_grace_seconds - time.time()
            self._expiry = self._loop.call_later(max(0.0, wait), self._expired)

    # Within.

    def _receive(self, text: str | None) -> None:
        wait = self._rate.take(self._loop.time())
        self._inbox.append((text, wait))
        if self._worker is None:
            self._worker = self._loop.create_task(self._work())
        elif len(self._inbox) > MANY_FRAMES:
            self._wire.hold_reading(True)

    async def _serve(self, text: str | None, wait: float) -> None:
        client = self.client
        client.frames += 1
        if wait:
            self._limit(text, wait)
        elif text is None:
            client.refuse(None, Refusal(ErrorCode.VALIDATION_ERROR, prompts.ERROR_BINARY))
        else:
            await serve_frame(self._handlers, client, text, in_grace=self._in_grace())
        if client.must_greet:
            self._check_greeting()

    def _limit(self, text: str | None, wait: float) -> None:
        request_id = None
        try:
            request_id = read_frame(text).request_id if text is not None else None
        except BadFrame as bad:
            request_id = bad.request_id
        details = {"retryAfterMs": max(1, round(wait * 1000))}
        refusal = Refusal(ErrorCode.RATE_LIMITED, prompts.ERROR_RATE_LIMITED, details)
        self.client.refuse(request_id, refusal)

    def _check_greeting(self) -> None:
        """Strict auth: the first frame had to bring a good token (decisions §7)."""
        self.client.must_greet = False
        if self.client.principal is None:
            self.close(UNAUTHENTICATED, "unauthenticated")

    def _renews(self) -> bool:
        return self._settings.enforce_expiry or "token_renewal" in self.client.capabilities

    def _in_grace(self) -> bool:
        principal = self.client.principal
        if principal is None or principal.expires_at is None or not self._renews():
            return False
        return time.time() >= principal.expires_at

    def _expired(self) -> None:
        if self._renews():
            self.close(UNAUTHENTICATED, "token expired")

    def _watch_progress(self) -> None:
        wait = self._settings.slow_reader_seconds
        self._progress = self._loop.call_later(wait, self._check_progress)

    def _check_progress(self) -> None:
        drained = self._wire.joining.drained_bytes()
        if drained <= self._drained:
            self._too_slow()
        else:
            self._drained = drained
            self._watch_progress()

    def _too_slow(self) -> None:
        if not self._gave_up:
            self.close(SLOW_READER, "slow reader")

    def _stop_timers(self) -> None:
        for timer in (self._expiry, self._progress):
            if timer is not None:
                timer.cancel()
        self._liveness.stop()
