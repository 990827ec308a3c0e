"""The public handle of one turn: iterate its events, await its answer, reply to its prompts."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Collection, Generator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from ._actions import Actions
from ._answer import Answer
from ._buffer import Ended, EventBuffer, Overflow
from ._errors import (
    NothingToAnswer,
    ServerError,
    SlowConsumer,
    SmoothOperatorError,
    TimeoutError,
)
from ._fold import Prompt, TurnEvent, TurnFold, asked_by
from ._frames import Frame
from ._link import Link
from ._outcomes import Submission, Verification
from ._watchdog import Expiry, Watchdog
from .protocol.models import InteractionRequiredEvent, WriteConfirmationRequiredEvent

_PromptT = TypeVar("_PromptT", WriteConfirmationRequiredEvent, InteractionRequiredEvent)


@dataclass(frozen=True, slots=True)
class TurnOptions:
    """`idle_timeout`: seconds of silence, None for any. `park_timeout`: seconds a prompt may stay
    open. `kinds`: interactions the app can show; others are declined at once."""

    idle_timeout: float | None
    park_timeout: float
    kinds: Collection[str]


class Turn:
    """A message under way.

    `async for event in turn` gives the turn's events in order, ending with the terminal one;
    `await turn` gives the Answer. Both raise what failed the turn, both may be used, in any
    order or not at all. Ending the loop early does not cancel: go on with a second loop, await,
    or call `cancel()`; leaving `async with turn` cancels what is not finished.
    """

    def __init__(self, frame: Frame, link: Link, actions: Actions, options: TurnOptions) -> None:
        self._link = link
        self._actions = actions
        self._options = options
        self._buffer: EventBuffer[TurnEvent] = EventBuffer()
        self._future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._future.add_done_callback(_retrieve)
        self._changed: list[asyncio.Future[None]] = []
        self._seen_prompt: Prompt | None = None
        self._cancel_repeated = False
        self._fold = TurnFold(frame, self)
        self._link.start(self._fold)
        self._watchdog = Watchdog(options.idle_timeout, self._expired)

    def __repr__(self) -> str:
        state = "done" if self.done else "parked" if self.prompt else "running"
        return f"<Turn {self.request_id} {state}>"

    # ------------------------------------------------------------------ what is known

    @property
    def request_id(self) -> str:
        """The id that every event of this turn carries."""
        return self._fold.request_id

    @property
    def session_id(self) -> str:
        return self._fold.session_id

    @property
    def client_message_id(self) -> str | None:
        """The id under which the server runs this message once, however often it is sent."""
        given: str | None = self._fold.frame.get("clientMessageId")
        return given

    @property
    def text(self) -> str:
        """The reply as far as it has been streamed."""
        outcome = self._fold.outcome
        return outcome.text if isinstance(outcome, Answer) else self._fold.text

    @property
    def prompt(self) -> Prompt | None:
        """The event that the turn waits at for an answer, None while it runs."""
        return self._fold.prompt

    @property
    def done(self) -> bool:
        """Whether the turn has ended, one way or another."""
        return self._fold.outcome is not None

    # ------------------------------------------------------------------ iterate and await

    def __aiter__(self) -> AsyncIterator[TurnEvent]:
        return self

    async def __anext__(self) -> TurnEvent:
        try:
            return await self._buffer.get()
        except Overflow:
            raise SlowConsumer(self._buffer.limit, request_id=self.request_id) from None
        except Ended as end:
            if end.cause is not None:
                raise end.cause from None
            raise StopAsyncIteration from None

    def __await__(self) -> Generator[Any, None, Answer]:
        return self.answer().__await__()

    async def answer(self) -> Answer:
        """The outcome; the same as awaiting the turn. Cancelling this wait leaves the turn be."""
        return await asyncio.shield(self._future)

    async def __aenter__(self) -> Turn:
        return self

    async def __aexit__(self, *exc: object) -> None:
        if not self.done:
            with contextlib.suppress(SmoothOperatorError):
                await self.cancel()

    # ------------------------------------------------------------------ answer its prompts

    async def confirm(self, approved: bool = True) -> None:
        """Allow the tool call that the turn waits for. Raises NothingToAnswer without one."""
        prompt = self._open(WriteConfirmationRequiredEvent)
        outcome = "approved" if approved else "rejected"
        try:
            await self._actions.confirm(self.session_id, approved=approved, park_seq=prompt.seq)
        except ServerError as exc:
            if not await self._took_effect(exc, prompt, outcome):
                raise
        self._fold.answered(prompt)

    async def reject(self) -> None:
        """Refuse the tool call that the turn waits for."""
        await self.confirm(approved=False)

    async def submit(self, values: Mapping[str, Any]) -> Submission:
        """Fill in the card that the turn waits for; refused values leave it open."""
        prompt = self._open(InteractionRequiredEvent)
        card = prompt.data.data
        try:
            outcome = await self._actions.submit(
                self.session_id, card.interaction_id, values, kind=card.kind
            )
        except ServerError as exc:
            if not await self._took_effect(exc, prompt, "submitted"):
                raise
            outcome = Submission(True)
        if outcome.accepted:
            self._fold.answered(prompt)
        return outcome

    async def decline(self) -> None:
        """Leave the card that the turn waits for unfilled."""
        prompt = self._open(InteractionRequiredEvent)
        card = prompt.data.data
        try:
            await self._actions.decline(self.session_id, card.interaction_id, kind=card.kind)
        except ServerError as exc:
            if not await self._took_effect(exc, prompt, "declined"):
                raise
        self._fold.answered(prompt)

    async def verify(self, code: str) -> Verification:
        """Send the one-time code. Also possible after the turn: older servers do not wait for it,
        there the message is then sent again."""
        prompt = self.prompt
        outcome = await self._actions.verify(self.session_id, code)
        if outcome.verified and prompt is not None:
            self._fold.answered(prompt)
        return outcome

    async def cancel(self) -> None:
        """Ask the server to stop; the turn then ends with `cancelled` set on its answer."""
        if not self.done:
            self._link.cancel(self._fold)

    def _open(self, wanted: type[_PromptT]) -> _PromptT:
        prompt = self.prompt
        if not isinstance(prompt, wanted):
            state = "is over" if self.done else "waits for no such answer"
            raise NothingToAnswer(f"the turn {state}", request_id=self.request_id)
        return prompt

    async def _took_effect(self, error: ServerError, prompt: Prompt, outcome: str) -> bool:
        """Whether a refused second try only means that the first one, before a reconnect, won."""
        seq = prompt.seq
        if not error.repeated or seq is None:
            return False
        while seq not in self._fold.outcomes and not self.done:
            waiter = asyncio.get_running_loop().create_future()
            self._changed.append(waiter)
            await waiter
        return self._fold.outcomes.get(seq) == outcome

    # ------------------------------------------------------------------ called by the fold

    def on_event(self, event: TurnEvent) -> None:
        self._buffer.put(event)

    def on_alive(self) -> None:
        self._watchdog.alive()
        if self.prompt is not self._seen_prompt:
            self._seen_prompt = self.prompt
            self._prompt_changed(self.prompt)
        if self._fold.cancel_wanted and self._fold.accepted and not self._cancel_repeated:
            self._cancel_repeated = True  # the first one may have come before the turn ran
            self._link.cancel(self._fold)
        self._wake()

    def on_done(self, outcome: Answer | SmoothOperatorError) -> None:
        self._link.router.drop(self._fold)
        self._watchdog.stop()
        if isinstance(outcome, Answer):
            self._buffer.end()
            self._future.set_result(outcome)
        else:
            self._buffer.end(outcome)
            self._future.set_exception(outcome)
        self._wake()

    def _prompt_changed(self, prompt: Prompt | None) -> None:
        if prompt is None:
            self._watchdog.unpark()
            return
        self._watchdog.park(self._options.park_timeout)
        if (
            isinstance(prompt, InteractionRequiredEvent)
            and prompt.data.data.kind not in self._options.kinds
        ):
            self._link.spawn(self._decline_unknown())

    async def _decline_unknown(self) -> None:
        with contextlib.suppress(SmoothOperatorError):
            await self.decline()

    def _expired(self, kind: Expiry) -> None:
        if kind == "park" and self.prompt is not None:
            asked = f"{self.prompt.type} ({asked_by(self.prompt)})"
            message = f"nobody answered {asked} within {self._options.park_timeout:g} s"
        else:
            message = f"the turn was silent for {self._options.idle_timeout:g} s"
        error = TimeoutError(message, kind=kind, request_id=self.request_id)
        self._fold.finish(error)
        with contextlib.suppress(SmoothOperatorError):
            self._link.cancel(self._fold)  # nobody waits for it now; the conversation is free again

    def _wake(self) -> None:
        waiting, self._changed = self._changed, []
        for waiter in waiting:
            if not waiter.done():
                waiter.set_result(None)


def _retrieve(future: asyncio.Future[Answer]) -> None:
    """A failed turn that nobody awaits is no unretrieved exception."""
    if not future.cancelled():
        future.exception()
