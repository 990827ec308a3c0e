"""What changed between two runs: cells that broke, healed, came or went, and counts that fell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from smooth_operator_conformance.records import Outcome
from smooth_operator_conformance.reporting.aggregate import Cell, cells, totals
from smooth_operator_conformance.reporting.collector import Run
from smooth_operator_conformance.reporting.markdown import inline
from smooth_operator_conformance.reporting.wording import headline, shorten

MOST_ROWS = 50
"""Of one kind in a comment, whose length hosts limit."""
SLOWER_TIMES, SLOWER_MS = 3.0, 500.0
"""A cell is told as slower from both on: less is the weather of the machine."""
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
    slower: tuple[Change, ...] = ()
    """As good as before, and much later; told only, because machines differ."""
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
        slower=tuple(_slower(old, new)),
        **{name: tuple(changes) for name, changes in groups.items()},
        fallen=_fallen(before, after),
    )


def _slower(
    old: Mapping[tuple[str, str], Cell], new: Mapping[tuple[str, str], Cell]
) -> Iterator[Change]:
    """Cells that are good in both runs and took much longer, the worst first."""
    both = [key for key in old.keys() & new.keys() if _standing(new[key]) == "good"]
    late = [key for key in both if _much(old[key].duration_ms, new[key].duration_ms)]
    for key in sorted(late, key=lambda k: old[k].duration_ms - new[k].duration_ms):
        before, after = old[key].duration_ms, new[key].duration_ms
        yield Change(*key, f"{before:.0f} ms", f"{after:.0f} ms", f"{after / before:.1f} times")


def _much(before: float, after: float) -> bool:
    return before > 0 and after > SLOWER_TIMES * before and after - before > SLOWER_MS


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
    "broken": "Worse",
    "lost": "Gone: no longer asked",
    "fixed": "Better",
    "gained": "New",
    "other": "Changed",
    "slower": "Slower",
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


def markdown(difference: Difference) -> str:
    """A comment for a change: one line, then a folded table for each kind of difference."""
    lines = [
        "### Conformance: " + ("worse" if difference.worse else "not worse"),
        "",
        _counts(difference),
    ]
    for name, title in _TITLES.items():
        changes: tuple[Change, ...] = getattr(difference, name)
        if changes:
            lines += ["", *_folded(title, changes, opened=name in ("broken", "lost"))]
    if difference.fallen:
        lines.append("")
        lines += [
            f"- fewer {name}: {old} → {new}" for name, (old, new) in difference.fallen.items()
        ]
    return "\n".join(lines) + "\n"


def _counts(difference: Difference) -> str:
    told = [
        f"{len(getattr(difference, name))} {title.partition(':')[0].lower()}"
        for name, title in _TITLES.items()
        if getattr(difference, name)
    ]
    return ", ".join(told) + "." if told else "No difference."


def _folded(title: str, changes: tuple[Change, ...], *, opened: bool) -> list[str]:
    lines = [f"<details{' open' * opened}><summary>{title} ({len(changes)})</summary>", ""]
    lines += ["| Scenario | Target | Before | After | Why |", "|---|---|---|---|---|"]
    for change in changes[:MOST_ROWS]:
        cells = (
            change.scenario,
            change.target,
            change.before or "absent",
            change.after or "absent",
            shorten(change.why, 200),
        )
        lines.append("| " + " | ".join(inline(cell) for cell in cells) + " |")
    if len(changes) > MOST_ROWS:
        lines.append(f"| …and {len(changes) - MOST_ROWS} more | | | | |")
    return [*lines, "", "</details>"]
