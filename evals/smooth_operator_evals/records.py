"""What a run found out: one result per played question, and the run as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import fmean

from smooth_operator_evals.graders import Verdict
from smooth_operator_evals.played import PlayedTurn
from smooth_operator_evals.questions import Question


@dataclass(frozen=True, slots=True)
class Judged:
    """What the judge said of one attempt: 1 to 5 and why; `error` when it said nothing usable."""

    score: int | None
    reason: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """One attempt at one question. `bad` names the seeded misbehaviour that was played instead."""

    question: Question
    model: str
    attempt: int
    turns: tuple[PlayedTurn, ...]
    verdicts: tuple[Verdict, ...]
    bad: str = ""
    judged: Judged | None = None

    @property
    def score(self) -> float:
        """Checks that passed, of all, 0 to 1."""
        return fmean(verdict.passed for verdict in self.verdicts)

    @property
    def passed(self) -> bool:
        return all(verdict.passed for verdict in self.verdicts)

    @property
    def failures(self) -> list[Verdict]:
        return [verdict for verdict in self.verdicts if not verdict.passed]

    @property
    def seconds(self) -> float:
        return sum(turn.seconds for turn in self.turns)


@dataclass(frozen=True, slots=True)
class Caught:
    """Whether the graders objected to a seeded bad answer, and the right ones."""

    question: str
    bad: str
    expected: tuple[str, ...]
    failed: tuple[str, ...]

    @property
    def caught(self) -> bool:
        return set(self.expected) <= set(self.failed)


@dataclass(frozen=True, slots=True)
class JudgeSummary:
    """The judge's part of a run. Exactly one of `skipped` and `model` says something."""

    skipped: str = ""
    model: str = ""
    threshold: float = 0.0
    means: dict[str, float] = field(default_factory=dict)
    """By question, 1 to 5, over its attempts."""
    worst: dict[str, int] = field(default_factory=dict)
    errors: tuple[str, ...] = ()

    @property
    def mean(self) -> float | None:
        return fmean(self.means.values()) if self.means else None

    @property
    def below(self) -> list[str]:
        """Questions whose mean is under the threshold."""
        return sorted(name for name, mean in self.means.items() if mean < self.threshold)

    @property
    def passed(self) -> bool:
        """A skipped judge fails nothing, and passes nothing either."""
        return bool(self.skipped) or (bool(self.means) and not self.below and not self.errors)


@dataclass(frozen=True, slots=True)
class Run:
    """Everything that a report tells."""

    target: str
    results: Sequence[Result]
    not_played: dict[str, str]
    """Questions that this target's model cannot be asked, with the reason."""
    caught: Sequence[Caught]
    judge: JudgeSummary

    @property
    def passed(self) -> bool:
        return (
            bool(self.results)
            and all(result.passed for result in self.results)
            and all(each.caught for each in self.caught)
            and self.judge.passed
        )

    @property
    def score(self) -> float:
        """Mean of the questions' scores, 0 to 1."""
        return fmean(result.score for result in self.results) if self.results else 0.0
