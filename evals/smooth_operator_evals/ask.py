"""Asks questions of a target and grades what comes back; knows nothing of servers or reports."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

from smooth_operator import Connecting, connect

from smooth_operator_evals.answering.target import Target
from smooth_operator_evals.graders import Verdict, grade
from smooth_operator_evals.play import IDLE_SECONDS, play
from smooth_operator_evals.played import PlayedTurn
from smooth_operator_evals.questions import Bad, Question
from smooth_operator_evals.records import Caught, Result

JOBS = 4
"""Conversations at a time."""


async def ask(questions: Sequence[Question], target: Target, repeat: int) -> list[Result]:
    """Every question `repeat` times, in the order given. Raises `SmoothOperatorError`."""
    rounds = [(question, None, n) for question in questions for n in range(1, repeat + 1)]
    return await _all(rounds, target, target.model)


async def ask_badly(questions: Sequence[Question], target: Target, model: str) -> list[Result]:
    """Every seeded bad answer of the questions, from a scripted target."""
    rounds = [(question, bad, 1) for question in questions for bad in question.bad]
    return await _all(rounds, target, model)


async def _all(
    rounds: Sequence[tuple[Question, Bad | None, int]], target: Target, model: str
) -> list[Result]:
    if not rounds:
        return []
    places = asyncio.Semaphore(JOBS)

    async def one(question: Question, bad: Bad | None, attempt: int) -> Result:
        # A connection each: a server runs one turn at a time on a connection.
        async with places, _connect(target) as client:
            turns = await play(question, client, target.agent(question, bad), target.tools)
        name = bad.name if bad else ""
        return Result(question, model, attempt, tuple(turns), _verdicts(question, turns), name)

    return list(await asyncio.gather(*(one(*each) for each in rounds)))


def _connect(target: Target) -> Connecting:
    return connect(target.url, token=target.token, kinds=(), turn_idle_timeout=IDLE_SECONDS)


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
