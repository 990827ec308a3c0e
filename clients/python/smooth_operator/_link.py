"""One logical connection over as many sockets as it takes: reads, writes, reconnects, closes."""

from __future__ import annotations

import asyncio
import builtins
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from ._backoff import Reconnect, worth_retrying
from ._call import ACK, Call, Reply, Survival
from ._cursor import Cursor, Cursors
from ._errors import ClosedError, InvalidRequest, SmoothOperatorError, TimeoutError
from ._fold import Reconnected, TurnFold
from ._frames import Frame
from ._handshake import Greeting, greet
from ._outbox import Outbox, Post
from ._requests import result
from ._resume import Resumer, cancel_frame, lost
from ._router import Notice, Router
from ._transport import Dialer, Transport, TransportClosed
from .protocol.events import Event
from .protocol.models import ResumeStreamResponse

_NORMAL = 1000


@dataclass(frozen=True, slots=True)
class LinkOptions:
    """How the connection behaves. Durations in seconds, sizes in bytes."""

    supports: tuple[str, ...]
    request_timeout: float
    connect_timeout: float
    max_outbound: int
    reconnect: Reconnect | None
    fresh_token: bool
    say_hello: bool


class Link:
    """`hello_token` gives the token for the first frame, `notify` gets what nobody waits for,
    `on_greeting` is told about each new socket."""

    def __init__(
        self,
        dial: Dialer,
        options: LinkOptions,
        *,
        hello_token: Callable[[], Awaitable[str | None]],
        notify: Callable[[Notice], None],
        on_greeting: Callable[[Greeting], None],
    ) -> None:
        self._dial = dial
        self._options = options
        self._hello_token = hello_token
        self._notify = notify
        self._on_greeting = on_greeting
        self._outbox = Outbox(options.max_outbound)
        self.router = Router(Cursors(self._fill_gap), notify)
        self._resumer = Resumer(self.router, self._outbox.put, notify)
        self._transport: Transport | None = None
        self._task: asyncio.Task[None] | None = None
        self._greeting = Greeting(None)
        self._helpers: set[asyncio.Task[None]] = set()
        self._stood_since = 0.0
        self._attempt = 0
        self.closed: asyncio.Future[ClosedError] = asyncio.get_running_loop().create_future()

    # ------------------------------------------------------------------ the callers' side

    async def open(self) -> None:
        """Connect once. Raises ConnectError, ServerError, ClosedError or TimeoutError."""
        await self._attach()
        self._task = asyncio.create_task(self._serve(), name="smooth-operator link")

    async def request(
        self,
        frame: Frame,
        *,
        answers: frozenset[str] = ACK,
        survives: Survival = "unsent",
        on_reply: Callable[[Reply], None] | None = None,
    ) -> Event:
        """Send a frame and wait for its reply. `on_reply` sees it before the next frame is read."""
        self._raise_if_closed()
        future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        call = Call(frame, _resolver(future, on_reply), answers=answers, survives=survives)
        if call.request_id in self.router.calls:
            raise InvalidRequest(f"request id {call.request_id} is in use")
        self._outbox.put(call)
        self.router.calls[call.request_id] = call
        reply = await self._reply(call, future)
        if isinstance(reply, SmoothOperatorError):
            raise reply
        return reply

    async def _reply(self, call: Call, future: asyncio.Future[Reply]) -> Reply:
        patience = self._options.request_timeout
        try:
            async with asyncio.timeout(patience):
                return await future
        except builtins.TimeoutError as exc:
            raise TimeoutError(
                f"no reply to {call.frame['action']} within {patience:g} s",
                kind="request",
                request_id=call.request_id,
            ) from exc
        finally:
            if future.cancelled():
                self.router.forget(call)
                self._outbox.discard(call)

    async def resume(
        self, cursor: Cursor, frame: Frame, after_seq: int | None
    ) -> ResumeStreamResponse:
        """Move this connection's view of a conversation to just behind `after_seq`."""
        self._resumer.moving(cursor, after_seq)
        try:
            reply = await self.request(
                frame, on_reply=lambda reply: self._resumer.moved(cursor, after_seq, reply)
            )
        except BaseException:
            cursor.resuming = False
            raise
        return result(ResumeStreamResponse, reply)

    def start(self, turn: TurnFold) -> None:
        """Send a turn's first frame; from here on its events reach the fold."""
        self._raise_if_closed()
        if turn.request_id in self.router.turns:
            raise InvalidRequest(f"request id {turn.request_id} is in use")
        self._outbox.put(turn)
        self.router.turns[turn.request_id] = turn

    def cancel(self, turn: TurnFold) -> None:
        """Stop a turn; one that was not sent yet never will be."""
        turn.cancel_wanted = True
        if turn.sent:
            if self._transport is not None:  # else it is said once the turn is found again
                self.post(cancel_frame(turn))
        else:
            self._outbox.discard(turn)
            turn.cancelled_unsent()

    def post(self, frame: Frame) -> None:
        """Send a frame that has no reply."""
        self._raise_if_closed()
        self._outbox.put(Post(frame))

    def spawn(self, work: Coroutine[Any, Any, None], *, name: str = "helper") -> None:
        """Run `work` beside the connection, at most as long as that lives. A new one takes the
        place of a named one that still runs."""
        for running in self._helpers:
            if name == running.get_name() != "helper":
                running.cancel()
        task = asyncio.create_task(work, name=name)
        self._helpers.add(task)
        task.add_done_callback(self._helpers.discard)

    async def close(self) -> None:
        """Close the socket and end everything that is under way. Harmless when repeated."""
        tasks = [task for task in (self._task, *self._helpers) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._release()
        self._end(ClosedError("the client was closed", close_code=1000))

    def _raise_if_closed(self) -> None:
        if self.closed.done():
            cause = self.closed.result()
            raise ClosedError(cause.message, close_code=cause.close_code, reason=cause.reason)

    # ------------------------------------------------------------------ the sockets' side

    async def _attach(self) -> None:
        """Open a socket and shake hands on it."""
        transport = await self._dial()
        try:
            greeting = Greeting(None)
            if self._options.say_hello:
                greeting = await greet(
                    transport,
                    supports=self._options.supports,
                    token=await self._hello_token(),
                    timeout=self._options.connect_timeout,
                )
        except BaseException:
            await transport.close()
            raise
        self._transport, self._greeting = transport, greeting
        self._stood_since = asyncio.get_running_loop().time()
        if greeting.welcome is not None:
            announced = greeting.welcome.limits.max_frame_bytes
            self._outbox.limit = min(announced, self._options.max_outbound)
        self._on_greeting(greeting)
        for data in greeting.early:
            self.router.receive(data)

    async def _serve(self) -> None:
        """The life of the connection, from the first socket to the last."""
        try:
            while True:
                cause = await self._pump()
                await self._release()
                self._lost(cause)
                if not await self._recover(cause):
                    return
        except Exception as exc:
            await self._release()
            self._end(ClosedError(f"the client failed: {exc!r}"))
            raise

    async def _pump(self) -> ClosedError:
        """Read and write until the socket is gone."""
        assert self._transport is not None
        writer = asyncio.create_task(self._outbox.drain_to(self._transport))
        try:
            while True:
                self.router.receive(await self._transport.recv())
        except TransportClosed as exc:
            said = " ".join(str(part) for part in (exc.code, exc.reason) if part)
            return ClosedError(
                f"the connection closed with {said or 'no word'}",
                close_code=exc.code,
                reason=exc.reason,
            )
        finally:
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)

    def _lost(self, cause: ClosedError) -> None:
        """Fail at once what no later socket can bring to a safe end."""
        self._outbox.clear()
        for call in list(self.router.calls.values()):
            if not call.outlives_socket:
                del self.router.calls[call.request_id]
                call.fail(lost(call.request_id, cause.message, cause))
        if "event_seq" in self._greeting.capabilities:
            return
        for turn in list(self.router.turns.values()):
            if turn.sent:
                turn.finish(lost(turn.request_id, cause.message, cause))

    async def _recover(self, cause: SmoothOperatorError) -> bool:
        """Try to stand on a new socket; False when that is given up, and all is ended."""
        final = await self._redial(cause)
        if final is not None:
            self._end(_as_closed(final))
            return False
        unanswered = list(self.router.calls.values())
        unsent = [turn for turn in dict.fromkeys(self.router.turns.values()) if not turn.sent]
        self._resumer.reconnected(self._greeting.capabilities)
        waiting: list[Call | TurnFold] = [*unanswered, *unsent]
        for entry in waiting:
            self._outbox.put(entry)
        self._notify(Reconnected())
        return True

    async def _redial(self, cause: SmoothOperatorError) -> SmoothOperatorError | None:
        """Attempt after attempt, as the policy says. None: a new socket stands."""
        policy = self._options.reconnect
        if policy is None:
            return cause
        if asyncio.get_running_loop().time() - self._stood_since > policy.maximum:
            self._attempt = 0  # that socket was good; one that dies at once makes the waits grow
        try:
            async with asyncio.timeout(policy.give_up_after):
                while worth_retrying(cause, fresh_token=self._options.fresh_token):
                    await asyncio.sleep(policy.delay(self._attempt))
                    self._attempt += 1
                    try:
                        await self._attach()
                    except SmoothOperatorError as exc:
                        cause = exc
                    else:
                        return None
        except builtins.TimeoutError:
            return ClosedError(f"no connection for {policy.give_up_after:g} s: {cause}")
        return cause

    def _fill_gap(self, cursor: Cursor) -> None:
        self._resumer.catch_up(cursor)

    async def _release(self) -> None:
        transport, self._transport = self._transport, None
        if transport is not None:
            await transport.close()

    def _end(self, cause: ClosedError) -> None:
        """Nothing comes any more: everybody who waits is told why."""
        if self.closed.done():
            return
        self.closed.set_result(cause)
        for task in self._helpers:
            task.cancel()
        calls, turns = list(self.router.calls.values()), list(self.router.turns.values())
        self.router.calls.clear()
        for call in calls:
            call.fail(_ended(cause, call.request_id, call.sent))
        for turn in turns:
            turn.finish(_ended(cause, turn.request_id, turn.sent))


def _ended(cause: ClosedError, request_id: str, sent: bool) -> ClosedError:
    """An error of its own for each waiter; what was under way may have taken effect."""
    if sent and cause.close_code != _NORMAL:
        return lost(request_id, cause.message, cause)
    return ClosedError(
        cause.message, close_code=cause.close_code, reason=cause.reason, request_id=request_id
    )


def _as_closed(cause: SmoothOperatorError) -> ClosedError:
    """The last failure as the state the client is left in."""
    if isinstance(cause, ClosedError):
        return cause
    closed = ClosedError(f"cannot connect again: {cause}")
    closed.__cause__ = cause
    return closed


def _resolver(
    future: asyncio.Future[Reply], on_reply: Callable[[Reply], None] | None
) -> Callable[[Reply], None]:
    def settle(reply: Reply) -> None:
        if on_reply is not None:
            on_reply(reply)
        if not future.done():
            future.set_result(reply)

    return settle
