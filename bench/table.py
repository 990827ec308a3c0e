"""The table: what was measured, beside what, and the ratios, as lines of one width."""

from __future__ import annotations

from collections.abc import Sequence

from bench.budgets import verdict
from bench.row import Reading, Row

HEAD = ("what", "ours", "unit", "floor", "cost of it", "published", "we are", "budget")
RIGHT = frozenset({"ours", "floor", "cost of it", "published"})


def shown(value: float) -> str:
    """Three digits that matter, and no exponent."""
    return f"{value:.3g}" if abs(value) < 99.95 else f"{value:,.0f}"


def figure(row: Row, reading: Reading | None) -> str:
    """A reading's figure; `error` or nothing where there is none."""
    value = row.value(reading)
    if value is None:
        return "error" if reading is not None and reading.status == "failed" else "–"
    return shown(value)


def times(row: Row) -> str:
    """How much better than the published server: `12.3 x better`, `1.2 x worse`."""
    ratio = row.times_better
    if ratio is None:
        return "–"
    return f"{shown(1 / ratio)} x worse" if ratio < 1 else f"{shown(ratio)} x better"


def cost(row: Row) -> str:
    """In units of the floor's."""
    return "–" if row.floors_cost is None else f"{shown(row.floors_cost)} x"


def judged(row: Row) -> str:
    """The budget and its verdict."""
    found = verdict(row)
    return f"{found.bound}: {found.word}" if found else ""


def lines(rows: Sequence[Row]) -> list[str]:
    """The rows as columns (↑: more is better), and below them what no column has room for."""
    cells: list[tuple[str, ...]] = [HEAD]
    for row in rows:
        unit = row.unit + (" ↑" if row.better == "more" else "")
        floor, peer = figure(row, row.floor), figure(row, row.peer)
        figures = (figure(row, row.ours), unit, floor, cost(row), peer, times(row))
        cells.append((row.what, *figures, judged(row)))
    cells = without_empty(cells)
    widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
    table = [
        "  ".join(
            cell.rjust(width) if name in RIGHT else cell.ljust(width)
            for name, cell, width in zip(cells[0], line, widths, strict=True)
        ).rstrip()
        for line in cells
    ]
    return table + notes(rows)


def without_empty(cells: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The head and its lines without the columns that say nothing on any line."""
    columns = zip(*cells, strict=True)
    telling = [any(cell not in ("–", "") for cell in column[1:]) for column in columns]
    return [
        tuple(cell for cell, tells in zip(line, telling, strict=True) if tells) for line in cells
    ]


def notes(rows: Sequence[Row]) -> list[str]:
    """What the floors are, and every reading that is missing or differs, with its rows."""
    said: dict[str, dict[str, None]] = {}
    for row in rows:
        if row.floor is not None:
            said.setdefault(f"the floor is {row.floor.name}", {})[row.what] = None
        for reading in (row.ours, row.floor, row.peer):
            if reading is not None and reading.note:
                said.setdefault(f"{reading.name}: {reading.note}", {})[row.what] = None
    whole = {row.what for row in rows}
    return [
        note if set(whats) == whole else f"{note} ({'; '.join(whats)})"
        for note, whats in said.items()
    ]
