"""The sentences that more than one report uses."""

from __future__ import annotations

from smooth_operator_evals.graders import Verdict
from smooth_operator_evals.records import Run


def failure(verdict: Verdict, turns: int) -> str:
    """A failed check in one line; the turn is named when there are several."""
    place = f"turn {verdict.turn}, " if turns > 1 else ""
    return f"{place}{verdict.check}: {verdict.detail}"


def last_line(run: Run) -> str:
    """The whole run in one line."""
    failed = sum(not result.passed for result in run.results)
    questions = {each.question.name for each in run.results}
    parts = [
        f"{len(run.results)} answers to {len(questions)} questions",
        f"{failed} failed",
        f"score {run.score:.2f}",
    ]
    if run.caught:
        parts.append(
            f"{sum(each.caught for each in run.caught)} of {len(run.caught)} bad ones caught"
        )
    parts.append("not judged" if run.judge.skipped else "judged")
    return ", ".join(parts)
