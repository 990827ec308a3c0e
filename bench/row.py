"""A row: one measure of our server, beside a floor and beside the published server."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from bench.figures import median

Status = Literal["measured", "no counterpart", "not here", "failed"]
Better = Literal["less", "more"]


@dataclass(frozen=True, slots=True)
class Reading:
    """What one subject showed in each round, or why it showed nothing."""

    name: str
    samples: tuple[float, ...] = ()
    status: Status = "measured"
    note: str = ""
    """Why there are no samples, or how they differ from those of the others."""


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison; `better` says which way is good, `value_of` which sample stands for all."""

    key: str
    """`case/…`: what budgets and documents call it."""
    what: str
    unit: str
    ours: Reading
    floor: Reading | None
    """The least that any server on the same libraries pays; None: none was measured."""
    peer: Reading
    better: Better = "less"
    value_of: Literal["median", "best"] = "median"

    @property
    def case(self) -> str:
        return self.key.partition("/")[0]

    def value(self, reading: Reading | None) -> float | None:
        """The figure of one of its readings."""
        if reading is None or not reading.samples:
            return None
        best: Callable[[tuple[float, ...]], float] = min if self.better == "less" else max
        return (best if self.value_of == "best" else median)(reading.samples)

    def of_best(self) -> Row:
        """The same with the best sample for all: elapsed time that others share is only ever
        longer than a machine of one's own would have taken."""
        return replace(self, value_of="best")

    @property
    def times_better(self) -> float | None:
        """Than the published server: 2 is twice as good, below 1 is behind."""
        return self._ratio(self.value(self.peer), self.value(self.ours))

    @property
    def floors_cost(self) -> float | None:
        """Ours in units of the floor's cost: 1 is as good as the floor."""
        return self._ratio(self.value(self.ours), self.value(self.floor))

    def _ratio(self, one: float | None, other: float | None) -> float | None:
        """How much more the one costs than the other, whichever way the unit counts."""
        if not one or not other:
            return None
        return one / other if self.better == "less" else other / one

    @property
    def behind(self) -> bool:
        """Whether the published server does better."""
        return self.times_better is not None and self.times_better < 1
