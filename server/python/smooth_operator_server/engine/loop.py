"""The loop: model, tools, model again, until there is an answer. No socket, storage or protocol.

A turn's state is the list of messages: after each step it could be written down and taken up
again by a new `run`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from smooth_operator_server.engine import messages as chat
from smooth_operator_server.engine.model import (
    Finished,
    Message,
    ModelProvider,
    ModelRequest,
    TextDelta,
)
from smooth_operator_server.engine.tools import CallResult, Listener, PlannedCall, Toolset


@dataclass(slots=True)
class LoopSettings:
    """How this turn calls its model."""

    model: str
    max_iterations: int
    max_tokens: int
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Answer:
    """`records` are the messages between the user's text and the reply, in order."""

    text: str
    records: tuple[Message, ...] = ()


async def run(
    provider: ModelProvider,
    settings: LoopSettings,
    messages: Sequence[Message],
    tools: Toolset,
    listener: Listener,
    answered: Callable[[Finished], None],
) -> Answer:
    """Run one turn. `answered` hears every model call that was answered whole.

    The last allowed model call is made without tools, so a loop ends in an answer; calls in it
    are ignored. Raises `ModelError`.
    """
    told = list(messages)
    start = len(told)
    for left in range(settings.max_iterations - 1, -1, -1):
        offered = tools.definitions if left else ()
        request = ModelRequest(
            model=settings.model,
            messages=told,
            tools=offered,
            max_tokens=settings.max_tokens,
            params=settings.params,
        )
        finished = await _ask(provider, request, listener)
        answered(finished)
        if not left or not finished.calls:
            return Answer(finished.text, tuple(told[start:]))
        results = await _run_calls(await tools.plan(finished.calls), listener)
        told = [*told, chat.calling(finished.text, finished.calls)]
        told += [
            chat.tool(call, result.text)
            for call, result in zip(finished.calls, results, strict=True)
        ]
    raise AssertionError("a loop has at least one iteration")


async def _ask(provider: ModelProvider, request: ModelRequest, listener: Listener) -> Finished:
    deltas = provider.stream(request)
    try:
        async for delta in deltas:
            if isinstance(delta, TextDelta):
                listener.token(delta.text)
            elif isinstance(delta, Finished):
                return delta
            else:
                listener.reasoning(delta.text)
    finally:
        await deltas.aclose()
    raise AssertionError("a stream ends in Finished or raises")


async def _run_calls(planned: Sequence[PlannedCall], listener: Listener) -> list[CallResult]:
    """Run one answer's calls in the order of decisions 3.3; results in call order.

    Ungated calls start at once and are announced first. Their results wait until the first
    gated call has been announced; gated calls follow one another.
    """
    results: dict[int, CallResult] = {}
    announced = asyncio.Event()
    gated = [index for index, item in enumerate(planned) if item.gated]
    free = [index for index, item in enumerate(planned) if not item.gated]

    async def report_free(tasks: Sequence[asyncio.Task[CallResult]]) -> None:
        await announced.wait()
        for index, task in zip(free, tasks, strict=True):
            results[index] = await task
            listener.tool_ended(planned[index], results[index])

    async def run_gated() -> None:
        for index in gated:
            announce = _Announcement(planned[index], listener, announced)
            results[index] = await planned[index].run(announce)
            announce()
            listener.tool_ended(planned[index], results[index])

    async with asyncio.TaskGroup() as group:
        for index in free:
            listener.tool_called(planned[index])
        tasks = [group.create_task(planned[index].run(_already)) for index in free]
        if not gated:
            announced.set()
        group.create_task(report_free(tasks))
        if gated:
            await run_gated()
    return [results[index] for index in range(len(planned))]


def _already() -> None:
    """An ungated call has been announced before it started."""


class _Announcement:
    """Sends a gated call's `toolCall` once, and lets the others' results go."""

    def __init__(self, planned: PlannedCall, listener: Listener, announced: asyncio.Event) -> None:
        self._planned = planned
        self._listener = listener
        self._announced = announced
        self._done = False

    def __call__(self) -> None:
        if not self._done:
            self._done = True
            self._listener.tool_called(self._planned)
            self._announced.set()
