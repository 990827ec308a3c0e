"""The summary: what is behind the published server, which budgets are missed, what has no peer."""

from __future__ import annotations

from collections.abc import Sequence

from bench.budgets import verdicts
from bench.row import Row
from bench.table import figure, shown, times


def lines(rows: Sequence[Row]) -> list[str]:
    """The last lines of a run."""
    return [*_behind(rows), *_budgets(rows), *_without(rows), *_errors(rows)]


def _behind(rows: Sequence[Row]) -> list[str]:
    compared = [row for row in rows if row.times_better is not None]
    if not compared:
        return ["behind the published server: not known, nothing was compared with it"]
    behind = [row for row in compared if row.behind]
    told = f"behind the published server: {len(behind) or 'none'} of {len(compared)} rows"
    return [told, *(f"  {_named(row)}: {_figures(row)}, {times(row)}" for row in behind)]


def _figures(row: Row) -> str:
    return f"{figure(row, row.ours)} against {figure(row, row.peer)}"


def _budgets(rows: Sequence[Row]) -> list[str]:
    judged = verdicts(rows)
    missed = [one for one in judged if one.missed_by is not None]
    unknown = [one for one in judged if one.figure is None]
    met = len(judged) - len(missed) - len(unknown)
    lines = [f"budgets: {met} met, {len(missed)} missed, {len(unknown)} not judged"]
    for one in missed:
        times = " times" if one.budget.times else ""
        reached = shown(one.figure or 0.0)
        lines.append(f"  {_named(one.row)}: {reached}{times}, wanted {one.bound}: {one.word}")
    return lines + [f"  {_named(one.row)}: not judged" for one in unknown]


def _without(rows: Sequence[Row]) -> list[str]:
    absent = [row for row in rows if row.peer.status == "not here"]
    if not absent:
        return []
    reason = absent[0].peer.note
    return [
        f"no published server in this run ({reason}); these rows lack it:",
        *(f"  {_named(row)}" for row in absent),
    ]


def _errors(rows: Sequence[Row]) -> list[str]:
    return [
        f"ERROR {_named(row)}: {reading.name}: {reading.note}"
        for row in rows
        for reading in (row.ours, row.floor, row.peer)
        if reading is not None and reading.status == "failed"
    ]


def _named(row: Row) -> str:
    return f"{row.what}, {row.unit}"
