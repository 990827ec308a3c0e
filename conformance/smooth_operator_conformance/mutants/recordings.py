"""Green cases of a run as recordings: their trace, and the judge of their scenario."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path

from smooth_operator_conformance.judge import judge
from smooth_operator_conformance.mutants.campaign import Recording
from smooth_operator_conformance.mutants.surface import Surface
from smooth_operator_conformance.mutants.tape import Entries, Tape
from smooth_operator_conformance.record_io import read_trace
from smooth_operator_conformance.records import CaseResult, Finding, TraceHeader
from smooth_operator_conformance.scenario.model import Case
from smooth_operator_conformance.schemas import Contract

PASSIVE = frozenset({"expect"})
"""Verbs in which the runner only looks; every other one may have forced an order."""
Cases = Mapping[tuple[str, str], Case]


def recordings(
    report: Path, results: Iterable[CaseResult], cases: Cases, surface: Surface
) -> Iterator[Recording]:
    """A recording for every case that passed and kept its trace."""
    for result in results:
        case = cases.get((result.scenario, result.case))
        if result.outcome != "pass" or not result.trace or case is None:
            continue
        header, entries = read_trace(report / result.trace)
        yield Recording(
            scenario=result.scenario,
            case=result.case,
            target=result.target,
            kill=result.kill,
            requirements=result.requirements,
            tape=Tape(tuple(entries), surface, acting(case)),
            judge=partial(_judge, case, header),
        )


def acting(case: Case) -> frozenset[int]:
    """Steps that do something."""
    return frozenset(index for index, step in enumerate(case.steps) if not PASSIVE & step.keys())


def _judge(case: Case, header: TraceHeader, entries: Entries) -> list[Finding]:
    return judge(case, header, entries, Contract.shared())
