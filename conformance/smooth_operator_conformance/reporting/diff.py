"""What changed between two runs: cells that broke, healed, came or went, and counts that fell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from smooth_operator_conformance.records import Outcome
from smooth_operator_conformance.reporting.aggregate import Cell, cells, totals
from smooth_operator_conformance.reporting.collector import Run
from smooth_operator_conformance.reporting.wording import headline

GOOD: frozenset[Outcome] = frozenset({"pass", "expected-fail", "rescued"})


@dataclass(frozen=True, slots=True)
class Change:
    """One cell that is not what it was; an outcome is empty on the side that lacks the cell."""

    scenario: str
    target: str
    before: str
    after: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """Two runs compared, cell by cell."""

    broken: tuple[Change, ...] = ()
    """Good before, bad now, or bad and new."""
    fixed: tuple[Change, ...] = ()
    lost: tuple[Change, ...] = ()
    """Asked before, not asked any more: gone, not applicable or could not run."""
    gained: tuple[Change, ...] = ()
    other: tuple[Change, ...] = ()
    fallen: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Counts that are lower than before."""

    @property
    def worse(self) -> bool:
        """Whether the second run should stop a merge."""
        return bool(self.broken or self.lost or self.fallen)


def compare(before: Run, after: Run) -> Difference:
    """How `after` differs from `before`."""
    old, new = _by_key(before), _by_key(after)
    groups: dict[str, list[Change]] = {}
    for key in sorted(old.keys() | new.keys()):
        first, second = old.get(key), new.get(key)
        group = _group(first, second)
        if group:
            groups.setdefault(group, []).append(_change(key, first, second))
    return Difference(
        **{name: tuple(changes) for name, changes in groups.items()},
        fallen=_fallen(before, after),
    )


def _by_key(run: Run) -> dict[tuple[str, str], Cell]:
    return {(cell.scenario, cell.target): cell for cell in cells(run.cases)}


def _group(first: Cell | None, second: Cell | None) -> str:
    """Name of the field of Difference that a pair of cells belongs to; empty when equal."""
    was, now = _standing(first), _standing(second)
    if was == now:
        same = first is not None and second is not None and first.outcome == second.outcome
        return "" if same or was == "absent" else "other"
    if now == "bad":
        return "broken"
    if now == "absent":
        return "lost"
    return "fixed" if was == "bad" else "gained"


def _standing(cell: Cell | None) -> str:
    if cell is None or cell.outcome in ("not-applicable", "could-not-run"):
        return "absent"
    return "good" if cell.outcome in GOOD else "bad"


def _change(key: tuple[str, str], first: Cell | None, second: Cell | None) -> Change:
    why = ""
    if second is not None:
        reasons = [headline(finding) for finding in second.findings]
        reasons += [case.reason for case in second.cases if case.reason]
        why = reasons[0] if reasons else ""
    return Change(
        *key,
        before=first.outcome if first else "",
        after=second.outcome if second else "",
        why=why,
    )


def _fallen(before: Run, after: Run) -> dict[str, tuple[int, int]]:
    old, new = totals(before.cases), totals(after.cases)
    pairs = {
        "scenarios": (old.scenarios, new.scenarios),
        "cells": (old.cells, new.cells),
        "checks": (old.checks, new.checks),
    }
    return {name: pair for name, pair in pairs.items() if pair[1] < pair[0]}


_TITLES = {
    "broken": "Broken",
    "lost": "No longer asked",
    "fixed": "Fixed",
    "gained": "New",
    "other": "Changed",
}


def render(difference: Difference) -> str:
    """Text for the terminal, worst first; one line when nothing changed."""
    lines: list[str] = []
    for name, title in _TITLES.items():
        changes: tuple[Change, ...] = getattr(difference, name)
        if not changes:
            continue
        lines.append(f"{title} ({len(changes)})")
        for change in changes:
            way = f"{change.before or 'absent'} -> {change.after or 'absent'}"
            why = f"  {change.why}" if change.why else ""
            lines.append(f"  {change.scenario} on {change.target}: {way}{why}")
    for name, (old, new) in difference.fallen.items():
        lines.append(f"Fewer {name}: {old} -> {new}")
    return "\n".join(lines) + "\n" if lines else "no difference\n"
