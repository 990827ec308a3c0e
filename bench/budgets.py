"""Budgets: what design.md wants of which row, and whether a run kept to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.row import Row


@dataclass(frozen=True, slots=True)
class Budget:
    """A bound on our figure, or on how many times better it is than the published server's."""

    row: str
    limit: float
    times: bool = False
    """Whether `limit` counts times the published server's figure, instead of the row's unit."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`missed_by`: share of the limit, None where it was kept or could not be judged."""

    row: Row
    budget: Budget
    figure: float | None

    @property
    def missed_by(self) -> float | None:
        if self.figure is None:
            return None
        more_is_better = self.budget.times or self.row.better == "more"
        share = self.figure / self.budget.limit - 1
        over = -share if more_is_better else share
        return over if over > 0 else None

    @property
    def bound(self) -> str:
        """The budget in words."""
        limit = f"{self.budget.limit:,g}"
        if self.budget.times:
            return f"≥ {limit} × published"
        return f"{'≥' if self.row.better == 'more' else '≤'} {limit}"

    @property
    def word(self) -> str:
        """`met`, `missed by 12 %`, or why neither."""
        if self.figure is None:
            return "not judged"
        return "met" if self.missed_by is None else f"missed by {self.missed_by * 100:.1f} %"


BUDGETS: Sequence[Budget] = (
    Budget("token/together/cpu", 15),
    Budget("token/together/rate", 40_000),
    Budget("token/apart/cpu", 15),
    Budget("token/apart/rate", 40_000),
    Budget("token/apart/numbered/cpu", 15),
    Budget("token/gateway/cpu", 15),
    Budget("token/gateway/rate", 40_000),
    Budget("turn/p50", 1),
    Budget("turn/p99", 5),
    Budget("wait/2/p50", 1),
    Budget("load/50/2/elapsed", 20, times=True),
    Budget("load/50/2/cpu", 20, times=True),
    Budget("load/50/21/elapsed", 18, times=True),
    Budget("load/50/21/cpu", 18, times=True),
    Budget("completion/2", 200),
    Budget("completion/21", 420),
    Budget("idle/memory", 24),
    Budget("start/elapsed", 500),
    Budget("corpus/version/elapsed", 200),
    Budget("corpus/rate", 200),
)
_BY_ROW: Mapping[str, Budget] = {budget.row: budget for budget in BUDGETS}


def verdict(row: Row) -> Verdict | None:
    """None: nothing was ever wanted of this row."""
    budget = _BY_ROW.get(row.key)
    if budget is None:
        return None
    return Verdict(row, budget, row.times_better if budget.times else row.value(row.ours))


def verdicts(rows: Sequence[Row]) -> list[Verdict]:
    """Of all rows that have a budget."""
    return [found for row in rows if (found := verdict(row)) is not None]
