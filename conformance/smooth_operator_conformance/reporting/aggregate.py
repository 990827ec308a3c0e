"""Counts: folds cases into cells, cells into totals, and says how each number came about.

Scenarios are files, cells are files times targets, a check is one assertion written in a file and
counts once whatever the number of targets and cases. Laws and frames are summed over everything
that ran, and shown apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from smooth_operator_conformance.records import (
    OUTCOMES,
    REGRESSIONS,
    CaseResult,
    Finding,
    Outcome,
    Totals,
)

SEVERITY: tuple[Outcome, ...] = (
    "fail",
    "unexpected-pass",
    "could-not-run",
    "rescued",
    "expected-fail",
    "pass",
    "not-applicable",
)
"""Worst first: a cell is as bad as its worst case; it is not applicable only if all cases are."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One scenario file on one target."""

    scenario: str
    target: str
    cases: tuple[CaseResult, ...]

    @property
    def outcome(self) -> Outcome:
        """The worst outcome of the cases."""
        return min((case.outcome for case in self.cases), key=SEVERITY.index)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything found, case after case."""
        return tuple(finding for case in self.cases for finding in case.findings)

    @property
    def duration_ms(self) -> float:
        """Time of all cases together."""
        return sum(case.duration_ms for case in self.cases)

    @property
    def area(self) -> str:
        """The corpus folder of the scenario."""
        return area_of(self.scenario)


def area_of(scenario: str) -> str:
    """`turns` for `turns/plain`."""
    return scenario.partition("/")[0]


def cells(cases: Iterable[CaseResult]) -> tuple[Cell, ...]:
    """The cells that the cases make up, sorted by scenario, then in order of appearance."""
    grouped: dict[tuple[str, str], list[CaseResult]] = {}
    for case in cases:
        grouped.setdefault((case.scenario, case.target), []).append(case)
    made = [Cell(name, target, tuple(found)) for (name, target), found in grouped.items()]
    return tuple(sorted(made, key=lambda cell: cell.scenario))


def matrix(found: Iterable[Cell]) -> Mapping[str, Mapping[str, Cell]]:
    """Scenario to target to cell."""
    rows: dict[str, dict[str, Cell]] = {}
    for cell in found:
        rows.setdefault(cell.scenario, {})[cell.target] = cell
    return rows


def outcome_counts(found: Iterable[Cell]) -> dict[str, int]:
    """Cells per outcome, every outcome named, in their usual order."""
    counted = Counter(cell.outcome for cell in found)
    return {outcome: counted[outcome] for outcome in OUTCOMES}


def totals(cases: Iterable[CaseResult]) -> Totals:
    """The numbers of a run."""
    cases = tuple(cases)
    found = cells(cases)
    checks: dict[str, int] = {}
    for case in cases:
        checks[case.scenario] = max(checks.get(case.scenario, 0), case.checks)
    return Totals(
        scenarios=len(checks),
        cells=len(found),
        cases=len(cases),
        checks=sum(checks.values()),
        laws=sum(case.laws for case in cases),
        frames=sum(case.frames for case in cases),
        outcomes=outcome_counts(found),
    )


def failed(counts: Totals) -> int:
    """Cells that make a run exit 1."""
    return sum(counts.outcomes.get(outcome, 0) for outcome in REGRESSIONS)


def applicable(found: Iterable[Cell]) -> tuple[int, int]:
    """`K of N applicable`: cells that the target could be asked at all, and all cells."""
    found = tuple(found)
    out = sum(cell.outcome in ("not-applicable", "could-not-run") for cell in found)
    return len(found) - out, len(found)


WORDS: Mapping[str, str] = {
    "pass": "passed",
    "fail": "failed",
    "expected-fail": "failed as expected",
    "unexpected-pass": "passed unexpectedly",
    "not-applicable": "not applicable",
    "could-not-run": "could not run",
    "rescued": "rescued",
}


def summary_line(counts: Totals) -> str:
    """The last line of a run on the terminal; `failed` includes unexpected passes."""
    parts = [
        f"{counts.scenarios} scenarios",
        f"{counts.checks} checks",
        f"{failed(counts)} failed",
    ]
    for outcome in OUTCOMES:
        number = counts.outcomes.get(outcome, 0)
        if number and outcome not in ("pass", "fail"):
            parts.append(f"{number} {WORDS[outcome]}")
    parts.append(f"{counts.cells} cells")
    parts.append(f"{counts.laws} laws")
    parts.append(f"{counts.frames} frames")
    return ", ".join(parts)
