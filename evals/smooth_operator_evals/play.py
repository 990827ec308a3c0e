"""Plays a question over the generated client: sends, answers confirmations, writes down."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Protocol

from smooth_operator import (
    Answer,
    Client,
    InteractionRequiredEvent,
    OtpVerificationRequiredEvent,
    Session,
    SmoothOperatorError,
    StreamChunkEvent,
    WriteConfirmationRequiredEvent,
)
from smooth_operator import Turn as LiveTurn

from smooth_operator_evals.played import PlayedTurn, Source, ToolCall
from smooth_operator_evals.questions import Question, Turn


class Watched(Protocol):
    """Sees the calls that reach the tools themselves."""

    def calls(self, conversation_id: str) -> tuple[ToolCall, ...]:
        """Every call of a conversation so far, in order."""
        ...


async def play(
    question: Question, client: Client, agent: str, tools: Watched | None, patience: float
) -> list[PlayedTurn]:
    """One conversation. A turn that fails, or takes longer than `patience` seconds, ends it; the
    turns after it carry that as their error.

    Raises `SmoothOperatorError` when no session can be had at all.
    """
    session = await client.create_session(agent, supports=())
    played: list[PlayedTurn] = []
    for number, turn in enumerate(question.turns, 1):
        if played and played[-1].error:
            played.append(PlayedTurn(turn.say, error=f"not asked: turn {number - 1} failed"))
            continue
        played.append(await _turn(turn, session, tools, patience))
    return played


async def _turn(turn: Turn, session: Session, tools: Watched | None, patience: float) -> PlayedTurn:
    before = len(_ran(session, tools) or ())
    started = time.monotonic()
    live = session.send(turn.say)
    notes = _Notes()
    error = ""
    sources: tuple[Source, ...] = ()
    try:
        async with asyncio.timeout(patience):
            async for event in live:
                await notes.take(event, live, turn)
            sources = _sources(await live)
    except SmoothOperatorError as failure:
        error = str(failure)
    except TimeoutError:
        error = f"no whole answer within {patience:g} s"
        await live.cancel()
    ran = _ran(session, tools)
    return PlayedTurn(
        turn.say,
        live.text,
        sources,
        notes.announced(),
        None if ran is None else ran[before:],
        error,
        time.monotonic() - started,
    )


def _ran(session: Session, tools: Watched | None) -> tuple[ToolCall, ...] | None:
    if tools is None or session.conversation_id is None:
        return None
    return tools.calls(session.conversation_id)


def _sources(answer: Answer) -> tuple[Source, ...]:
    return tuple(Source(each.id, each.title, each.snippet) for each in answer.citations)


class _Notes:
    """The calls that a turn's events announce, without those that were refused leave."""

    def __init__(self) -> None:
        self._calls: list[ToolCall] = []
        self._refused: list[str] = []

    async def take(self, event: object, live: LiveTurn, turn: Turn) -> None:
        match event:
            case StreamChunkEvent() if (raw := event.data.state.raw_response) and raw.tool_call:
                self._calls.append(ToolCall(raw.tool_call.name, raw.tool_call.arguments))
            case WriteConfirmationRequiredEvent() if live.prompt is event:
                if not turn.approve:
                    self._refused.append(event.data.data.tool_id)
                await live.confirm(approved=bool(turn.approve))
            case OtpVerificationRequiredEvent() | InteractionRequiredEvent() if live.prompt:
                await live.cancel()

    def announced(self) -> tuple[ToolCall, ...]:
        calls: Sequence[ToolCall] = self._calls
        for name in self._refused:
            place = next((i for i, call in enumerate(calls) if call.name == name), None)
            if place is not None:
                calls = [*calls[:place], *calls[place + 1 :]]
        return tuple(calls)
