"""Reads what the judge said; anything but a reason and a whole number from 1 to 5 is an error."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from smooth_operator_evals.judge.rubric import HIGHEST, LOWEST

SHOWN = 120
_FENCE = re.compile(r"\A\s*```(?:json)?\s*\n(.*?)\n\s*```\s*\Z", re.DOTALL | re.IGNORECASE)


class JudgeError(Exception):
    """The judge gave no score that can be used; the text says what came instead."""


@dataclass(frozen=True, slots=True)
class Score:
    """The judge's word: 1 to 5, and why."""

    score: int
    reason: str


def read(text: str) -> Score:
    """The one JSON object of the reply, bare or in a code fence; raises `JudgeError`."""
    fenced = _FENCE.match(text)
    try:
        given = json.loads(fenced[1] if fenced else text)
    except ValueError:
        raise JudgeError(f"the judge answered no JSON object: {shorten(text)}") from None
    if not isinstance(given, dict):
        raise JudgeError(f"the judge answered no JSON object: {shorten(text)}")
    score, reason = given.get("score"), given.get("reason")
    if isinstance(score, float) and score.is_integer():
        score = int(score)
    if isinstance(score, bool) or not isinstance(score, int) or not LOWEST <= score <= HIGHEST:
        raise JudgeError(
            f"the judge's score is no whole number from {LOWEST} to {HIGHEST}: "
            f"{shorten(json.dumps(score))}"
        )
    if not isinstance(reason, str) or not reason.strip():
        raise JudgeError("the judge gave a score without a reason")
    return Score(score, reason.strip())


def shorten(text: str) -> str:
    """Enough of a text to recognise it by, on one line."""
    line = " ".join(text.split())
    return repr(line if len(line) <= SHOWN else f"{line[:SHOWN]} …")
