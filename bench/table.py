"""The table: what was measured, what it was compared with in the same run, and the ratio."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison; `better` says which way is good."""

    what: str
    unit: str
    ours: float
    other: str = ""
    """What it is compared with; empty: nothing."""
    theirs: float = 0.0
    better: Literal["less", "more"] = "less"

    @property
    def ratio(self) -> float:
        """Ours by theirs, in the unit's own direction."""
        return self.ours / self.theirs if self.theirs else 0.0


def shown(value: float) -> str:
    """Three digits that matter, and no exponent."""
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value < 100 else f"{value:.0f}"


def lines(rows: list[Row]) -> list[str]:
    """The rows as columns of one width."""
    cells = [("what", "ours", "unit", "compared with", "theirs", "ours / theirs")]
    for row in rows:
        other = (shown(row.theirs), f"{row.ratio:.2f} x") if row.other else ("", "")
        arrow = "" if row.better == "less" else " (more is better)"
        cells.append((row.what, shown(row.ours), row.unit + arrow, row.other, *other))
    widths = [max(len(row[column]) for row in cells) for column in range(6)]
    right = {1, 4, 5}
    return [
        "  ".join(
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    ]
