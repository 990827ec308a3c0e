"""Asks questions of a target and grades what comes back; knows nothing of servers or reports."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

from smooth_operator import ConnectError, Connecting, SmoothOperatorError, connect

from smooth_operator_evals.answering.target import Target
from smooth_operator_evals.graders import Verdict, grade
from smooth_operator_evals.play import play
from smooth_operator_evals.played import PlayedTurn
from smooth_operator_evals.questions import Bad, Question
from smooth_operator_evals.records import Caught, Result

JOBS = 4
"""Conversations at a time."""
PATIENCE = 180.0
"""Seconds that a turn may take."""


async def ask(
    questions: Sequence[Question], target: Target, repeat: int, patience: float = PATIENCE
) -> list[Result]:
    """Every question `repeat` times, in the order given; a turn may take `patience` seconds.

    Raises `ConnectError` when the target cannot be reached.
    """
    rounds = [(question, None, n) for question in questions for n in range(1, repeat + 1)]
    return await _all(rounds, target, target.model, patience)


async def ask_badly(questions: Sequence[Question], target: Target, model: str) -> list[Result]:
    """Every seeded bad answer of the questions, from a scripted target."""
    rounds = [(question, bad, 1) for question in questions for bad in question.bad]
    return await _all(rounds, target, model, PATIENCE)


async def _all(
    rounds: Sequence[tuple[Question, Bad | None, int]], target: Target, model: str, patience: float
) -> list[Result]:
    if not rounds:
        return []
    places = asyncio.Semaphore(JOBS)

    async def one(question: Question, bad: Bad | None, attempt: int) -> Result:
        async with places:
            turns = await _played(question, target, target.agent(question, bad), patience)
        name = bad.name if bad else ""
        return Result(question, model, attempt, tuple(turns), _verdicts(question, turns), name)

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(*each)) for each in rounds]
    except* ConnectError as failed:
        unreachable = failed.exceptions[0]
    else:
        return [task.result() for task in tasks]
    raise unreachable


async def _played(
    question: Question, target: Target, agent: str, patience: float
) -> list[PlayedTurn]:
    """A connection each: a server runs one turn at a time on a connection."""
    try:
        async with _connect(target) as client:
            return await play(question, client, agent, target.tools, patience)
    except ConnectError:
        raise
    except SmoothOperatorError as error:
        return [PlayedTurn(turn.say, error=str(error)) for turn in question.turns]


def _connect(target: Target) -> Connecting:
    return connect(target.url, token=target.token, kinds=(), turn_idle_timeout=None)


def _verdicts(question: Question, turns: Sequence[PlayedTurn]) -> tuple[Verdict, ...]:
    return tuple(
        verdict
        for number, (turn, played) in enumerate(zip(question.turns, turns, strict=True), 1)
        for verdict in grade(turn.expect, played, number)
    )


def caught(results: Iterable[Result]) -> list[Caught]:
    """For each seeded bad answer, which graders objected in its own turn."""
    found = []
    for result in results:
        bad = next(each for each in result.question.bad if each.name == result.bad)
        turn = bad.turn or len(result.question.turns)
        failed = tuple(
            dict.fromkeys(
                verdict.check
                for verdict in result.failures
                if verdict.turn == turn and not result.turns[turn - 1].error
            )
        )
        found.append(Caught(result.question.name, bad.name, tuple(bad.fails), failed))
    return found
