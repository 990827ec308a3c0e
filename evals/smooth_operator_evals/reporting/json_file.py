"""The run as JSON, whole answers included, for programs and for comparing two runs."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from smooth_operator_evals.records import JudgeSummary, Result, Run

VERSION = 1


def render(run: Run) -> str:
    """One object; times in seconds, scores 0 to 1, the judge's 1 to 5."""
    document = {
        "version": VERSION,
        "target": run.target,
        "passed": run.passed,
        "score": round(run.score, 4),
        "judge": _judge(run.judge),
        "results": [_result(result) for result in run.results],
        "notPlayed": run.not_played,
        "seededBadAnswers": [{**asdict(each), "caught": each.caught} for each in run.caught],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _judge(judge: JudgeSummary) -> dict[str, Any]:
    if judge.skipped:
        return {"skipped": judge.skipped}
    return {
        "model": judge.model,
        "threshold": judge.threshold,
        "mean": judge.mean,
        "passed": judge.passed,
        "means": judge.means,
        "worst": judge.worst,
        "errors": list(judge.errors),
    }


def _result(result: Result) -> dict[str, Any]:
    return {
        "question": result.question.name,
        "area": result.question.area,
        "bad": result.bad or None,
        "answeredBy": result.model,
        "attempt": result.attempt,
        "passed": result.passed,
        "score": round(result.score, 4),
        "judged": asdict(result.judged) if result.judged else None,
        "seconds": round(result.seconds, 4),
        "checks": [asdict(verdict) for verdict in result.verdicts],
        "turns": [asdict(turn) for turn in result.turns],
    }
