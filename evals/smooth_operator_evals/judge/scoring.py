"""Has every answer of a run judged, and sums up: mean and worst by question, and what failed."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from statistics import fmean
from typing import Protocol

from smooth_operator_evals.judge.gate import JudgeSettings
from smooth_operator_evals.judge.gateway import JudgeGateway
from smooth_operator_evals.judge.reading import JudgeError, Score
from smooth_operator_evals.judge.rubric import LOWEST
from smooth_operator_evals.played import PlayedTurn
from smooth_operator_evals.questions import Question
from smooth_operator_evals.records import Judged, JudgeSummary, Result

JOBS = 4
"""Judgements at a time."""


class Scores(Protocol):
    """A judge of conversations."""

    async def score(self, question: Question, turns: Sequence[PlayedTurn]) -> Score:
        """1 to 5 and why; raises `JudgeError`."""
        ...


async def score_all(
    results: Sequence[Result], settings: JudgeSettings, threshold: float
) -> tuple[list[Result], JudgeSummary]:
    """The results with what deepeval's judge says of each, and the summary."""
    from smooth_operator_evals.judge.metric import Judge

    judge = Judge(JudgeGateway(settings), settings.model)
    judged = await judge_results(results, judge)
    return judged, summarise(judged, settings.model, threshold)


async def judge_results(results: Sequence[Result], judge: Scores) -> list[Result]:
    """Each result with the judge's word; a failed turn has the lowest score without being asked."""
    places = asyncio.Semaphore(JOBS)

    async def one(result: Result) -> Result:
        if broken := next((turn.error for turn in result.turns if turn.error), ""):
            return replace(result, judged=Judged(LOWEST, f"not asked: the turn failed: {broken}"))
        async with places:
            try:
                said = await judge.score(result.question, result.turns)
            except JudgeError as error:
                return replace(result, judged=Judged(None, error=str(error)))
        return replace(result, judged=Judged(said.score, said.reason))

    return list(await asyncio.gather(*(one(result) for result in results)))


def summarise(results: Sequence[Result], model: str, threshold: float) -> JudgeSummary:
    """Mean and worst of each question over its attempts that have a score."""
    scores: defaultdict[str, list[int]] = defaultdict(list)
    errors = []
    for result in results:
        assert result.judged is not None
        if result.judged.score is None:
            errors.append(f"{result.question.name} #{result.attempt}: {result.judged.error}")
        else:
            scores[result.question.name].append(result.judged.score)
    return JudgeSummary(
        model=model,
        threshold=threshold,
        means={name: fmean(given) for name, given in scores.items()},
        worst={name: min(given) for name, given in scores.items()},
        errors=tuple(errors),
    )
