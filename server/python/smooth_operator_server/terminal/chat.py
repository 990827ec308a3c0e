"""A chat in the terminal: one line in, one turn out, until the input ends."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Iterator

from smooth_operator import (
    Answer,
    Client,
    ErrorCode,
    InteractionRequiredEvent,
    OtpSentEvent,
    OtpVerificationRequiredEvent,
    Reconnected,
    Session,
    SmoothOperatorError,
    StreamChunkEvent,
    StreamPreambleEvent,
    StreamTokenEvent,
    Turn,
    TurnEvent,
    WriteConfirmationRequiredEvent,
)

from .answering import answer_prompt
from .lines import Lines
from .screen import Screen

SUPPORTS = ("identity_form", "choice_chips")
PROMPTS = (WriteConfirmationRequiredEvent, InteractionRequiredEvent, OtpVerificationRequiredEvent)

FOLLOWS_WITHIN = 0.2
"""Seconds in which a prompt's own details arrive, where the server sends any."""


class Chat:
    """One conversation at the keyboard. Ctrl-C stops the answer; at the prompt it leaves."""

    def __init__(self, client: Client, session: Session, screen: Screen, agent: str) -> None:
        self._client = client
        self._session = session
        self._agent = agent
        self._screen = screen
        self._lines: Lines | None = None
        self._turn: Turn | None = None
        self._main: asyncio.Task[object] | None = None
        self.failed = False

    async def run(self) -> None:
        """Until the input ends, or Ctrl-C at the prompt, or the connection is gone for good."""
        self._lines = Lines()
        self._main = asyncio.current_task()
        with self._interrupts(), contextlib.suppress(asyncio.CancelledError):
            while (line := await self._ask("\n> ")) is not None:
                if not line.strip():
                    continue
                if line.strip() in ("/quit", "/exit"):
                    break
                if not await self.say(line):
                    break
        self._screen.end_line()

    async def say(self, message: str, *, again: bool = True) -> bool:
        """One turn, shown as it comes. False when there is nobody left to talk to."""
        try:
            self._turn = self._session.send(message)
            async for event in self._turn:
                await self._show(event, self._turn)
            self._conclude(await self._turn)
        except SmoothOperatorError as wrong:
            if wrong.code == ErrorCode.SESSION_NOT_FOUND and again:
                return await self._begin_anew(message)
            self.failed = True
            self._screen.aside(f"{wrong.message} ({wrong.code})")
            return not self._client.closed
        finally:
            self._turn = None
        return True

    async def _begin_anew(self, message: str) -> bool:
        """The server was started anew with an empty memory: so do we, and say so."""
        self._screen.aside("(the server no longer knows this conversation; a fresh one begins)")
        try:
            self._session = await self._client.create_session(self._agent, supports=SUPPORTS)
        except SmoothOperatorError as wrong:
            self.failed = True
            self._screen.aside(f"{wrong.message} ({wrong.code})")
            return not self._client.closed
        return await self.say(message, again=False)

    async def _show(self, event: TurnEvent, turn: Turn) -> None:
        match event:
            case StreamTokenEvent():
                self._screen.stream(event.token)
            case StreamPreambleEvent():
                self._screen.aside(f"({event.token})")
            case StreamChunkEvent():
                self._show_tool(event)
            case OtpSentEvent():
                self._screen.aside(f"A code was sent to {event.data.data.masked_destination}.")
            case Reconnected():
                self._screen.aside("(connected again, the answer goes on)")
        if isinstance(event, PROMPTS) and turn.prompt is event:
            await self._show_what_it_is_about(turn)
            await answer_prompt(event, turn, self._ask, self._screen)

    async def _show_what_it_is_about(self, turn: Turn) -> None:
        """The call's arguments, or where a code went, follow a prompt at once; not everywhere."""
        with contextlib.suppress(TimeoutError, StopAsyncIteration):
            while True:
                event = await asyncio.wait_for(anext(turn), FOLLOWS_WITHIN)
                if isinstance(event, StreamChunkEvent | OtpSentEvent):
                    await self._show(event, turn)

    def _show_tool(self, event: StreamChunkEvent) -> None:
        raw = event.data.state.raw_response
        if raw is None:
            return
        if raw.tool_call is not None:
            self._screen.aside(f"[{raw.tool_call.name} {raw.tool_call.arguments}]")
        if raw.tool_result is not None:
            mark = "failed: " if raw.tool_result.is_error else ""
            self._screen.aside(f"[{raw.tool_result.name}: {mark}{raw.tool_result.result[:200]}]")

    def _conclude(self, answer: Answer) -> None:
        self._screen.end_line()
        if answer.cancelled:
            self._screen.aside("(stopped)")
        for number, citation in enumerate(answer.citations, 1):
            name = (
                citation.id if citation.title == citation.id else f"{citation.title}, {citation.id}"
            )
            self._screen.aside(f"[{number}] {name}: {citation.snippet}")

    async def _ask(self, text: str) -> str | None:
        """A line; None when the input is over, or the turn that asked is."""
        assert self._lines is not None
        self._screen.ask(text)
        typed = asyncio.ensure_future(self._lines.next())
        over = [asyncio.ensure_future(self._turn.answer())] if self._turn else []
        try:
            await asyncio.wait([typed, *over], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for done in over:
                done.cancel()
            await asyncio.gather(*over, return_exceptions=True)
        if not typed.done():
            typed.cancel()
            return None
        self._screen.answered(typed.result())
        return typed.result()

    @contextlib.contextmanager
    def _interrupts(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        try:
            loop.add_signal_handler(signal.SIGINT, self._interrupt)
        except NotImplementedError:  # Windows: Ctrl-C ends the chat
            yield
            return
        try:
            yield
        finally:
            loop.remove_signal_handler(signal.SIGINT)

    def _interrupt(self) -> None:
        turn = self._turn
        if turn is None:
            if self._main is not None:
                self._main.cancel()
            return
        stop = asyncio.get_running_loop().create_task(turn.cancel())
        stop.add_done_callback(lambda done: done.cancelled() or done.exception())
