"""Gathers the records of one run; nothing is counted or judged here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from smooth_operator_conformance.record_io import BadRecord, read_records, read_trace
from smooth_operator_conformance.records import (
    CaseResult,
    MutantResult,
    MutantTotals,
    Record,
    RequirementTotals,
    RunEnd,
    RunStart,
    TargetInfo,
    TraceEntry,
)

RESULTS = "results.jsonl"
"""Name of the record stream in a report directory."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run, as its records tell it."""

    start: RunStart
    cases: tuple[CaseResult, ...] = ()
    mutants: tuple[MutantResult, ...] = ()
    mutant_totals: MutantTotals | None = None
    requirements: RequirementTotals | None = None
    end: RunEnd | None = None
    """None when the run was interrupted."""
    folder: Path | None = None
    """The report directory, where the traces lie."""

    @property
    def targets(self) -> tuple[str, ...]:
        """Target names: as announced, then those that only turn up in results."""
        announced = [target.name for target in self.start.targets]
        return tuple(dict.fromkeys([*announced, *(case.target for case in self.cases)]))

    def target(self, name: str) -> TargetInfo:
        """What is known of a target; just its name when it did not announce itself."""
        known = (target for target in self.start.targets if target.name == name)
        return next(known, TargetInfo(name))

    def trace(self, case: CaseResult) -> tuple[TraceEntry, ...]:
        """The timeline of a case; empty when none was kept or it cannot be read."""
        if not case.trace or self.folder is None:
            return ()
        try:
            return tuple(read_trace(self.folder / case.trace)[1])
        except (OSError, BadRecord):
            return ()


def collect(records: Iterable[Record], folder: Path | None = None) -> Run:
    """The run that a stream of records describes; raises BadRecord without a run-start.

    A case that is told twice (a rescue, say) counts as it was told last.
    """
    start: RunStart | None = None
    end: RunEnd | None = None
    cases: dict[tuple[str, str, str], CaseResult] = {}
    mutants: dict[tuple[str, str, str, str], MutantResult] = {}
    mutant_totals: MutantTotals | None = None
    requirements: RequirementTotals | None = None
    for record in records:
        match record:
            case RunStart():
                start = record
            case CaseResult():
                cases[record.scenario, record.case, record.target] = record
            case MutantResult():
                mutants[record.id, record.target, record.scenario, record.case] = record
            case MutantTotals():
                mutant_totals = record
            case RequirementTotals():
                requirements = record
            case RunEnd():
                end = record
            case _:
                raise BadRecord(f"a run holds no {record.RECORD} record")
    if start is None:
        raise BadRecord("the stream has no run-start")
    return Run(
        start=start,
        cases=tuple(cases.values()),
        mutants=tuple(mutants.values()),
        mutant_totals=mutant_totals,
        requirements=requirements,
        end=end,
        folder=folder,
    )


def load(path: Path) -> Run:
    """The run in a report directory or a `results.jsonl`; raises OSError or BadRecord."""
    file = path / RESULTS if path.is_dir() else path
    return collect(read_records(file), folder=file.parent)
