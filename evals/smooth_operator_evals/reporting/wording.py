"""The sentences that more than one report uses."""

from __future__ import annotations

import re
from collections.abc import Sequence
from statistics import fmean

from smooth_operator_evals.graders import Verdict
from smooth_operator_evals.records import Result, Run

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def failure(verdict: Verdict, turns: int) -> str:
    """A failed check in one line; the turn is named when there are several."""
    place = f"turn {verdict.turn}, " if turns > 1 else ""
    return f"{place}{verdict.check}: {verdict.detail}"


def printable(text: str) -> str:
    """Without what a terminal would obey: control characters, changes of direction, surrogates."""
    return _CONTROL.sub("�", text)


def last_line(run: Run) -> str:
    """The whole run in one line."""
    failed = sum(not result.passed for result in run.results)
    questions = {each.question.name for each in run.results}
    parts = [
        f"{_count(len(run.results), 'answer')} to {_count(len(questions), 'question')}",
        f"{failed} failed",
        f"score {run.score:.2f}",
    ]
    if run.caught:
        parts.append(
            f"{sum(each.caught for each in run.caught)} of {len(run.caught)} bad ones caught"
        )
    parts.append(_judged(run))
    return ", ".join(parts)


def by_area(results: Sequence[Result]) -> str:
    """The mean score of each area, and of how many answers."""
    scores: dict[str, list[float]] = {}
    for result in results:
        scores.setdefault(result.question.area, []).append(result.score)
    return "  ".join(f"{area} {fmean(of):.2f} ({len(of)})" for area, of in sorted(scores.items()))


def worst_reason(run: Run, question: str) -> str:
    """Why the judge liked the worst answer to a question so little."""
    judged = [each.judged for each in run.results if each.question.name == question]
    scored = [each for each in judged if each is not None and each.score is not None]
    return min(scored, key=lambda each: each.score or 0).reason


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _judged(run: Run) -> str:
    if run.judge.skipped:
        return "not judged"
    if run.judge.mean is None:
        return "the judge gave no score"
    return f"judged {run.judge.mean:.2f} of 5{'' if run.judge.passed else ', too low or in error'}"
