"""Rounds: every subject is measured in turn, again and again, so that a busy minute hits all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from bench.children import NotStarted
from bench.conditions import Conditions
from bench.link import Unserved
from bench.row import Better, Reading, Row

OURS = "ours"
Subject = TypeVar("Subject")
Measures = Mapping[str, float]


@dataclass(slots=True)
class Trial:
    """What one subject showed, by measure; `failed`: why nothing of it counts."""

    samples: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    failed: str = ""
    note: str = ""

    def reading(self, name: str, measure: str) -> Reading:
        """For a row."""
        if self.failed:
            return Reading(name, status="failed", note=self.failed)
        return Reading(name, tuple(self.samples[measure]), note=self.note)


def interleaved(
    subjects: Mapping[str, Subject | NotStarted], rounds: int, once: Callable[[Subject], Measures]
) -> dict[str, Trial]:
    """A round of each subject after the other. One that does not serve is not asked again."""
    trials = {name: Trial() for name in subjects}
    for _ in range(rounds):
        for name, subject in subjects.items():
            trial = trials[name]
            if trial.failed:
                continue
            try:
                if isinstance(subject, NotStarted):
                    raise subject
                for measure, value in once(subject).items():
                    trial.samples[measure].append(value)
            except (Unserved, NotStarted, OSError) as error:
                trial.failed = f"error: {error}"
    return trials


@dataclass(frozen=True, slots=True)
class Compared:
    """The trials of one comparison, ready to become rows."""

    trials: Mapping[str, Trial]
    floor: str
    """Which of the trials is the floor's; empty: none."""
    conditions: Conditions
    alone: Reading | None = None
    """Why the published server is not among the trials, where it has no counterpart."""

    def row(self, key: str, what: str, unit: str, measure: str, better: Better = "less") -> Row:
        """One measure of all of them."""
        floor = self.trials[self.floor].reading(self.floor, measure) if self.floor else None
        ours = self.trials[OURS].reading(OURS, measure)
        return Row(key, what, unit, ours, floor, self._peer(measure), better)

    def _peer(self, measure: str) -> Reading:
        peer = self.conditions.peer
        if self.alone is not None:
            return self.alone
        if peer is None:
            return Reading("published", status="not here", note=self.conditions.missing)
        return self.trials[peer.name].reading(peer.name, measure)


def nobody(why: str) -> Reading:
    """For a row that the published server has nothing to set beside."""
    return Reading("published", status="no counterpart", note=why)
