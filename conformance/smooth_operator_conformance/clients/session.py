"""One run of the client corpus: every selected scenario on every client, one record stream."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from smooth_operator_conformance.clients.corpus import selected
from smooth_operator_conformance.clients.frames import Composer
from smooth_operator_conformance.clients.laws import Book
from smooth_operator_conformance.clients.player import Patience, Player
from smooth_operator_conformance.clients.process import NoDriver
from smooth_operator_conformance.clients.targets import ClientTarget
from smooth_operator_conformance.record_io import RecordWriter, write_trace
from smooth_operator_conformance.records import (
    CaseResult,
    Finding,
    Outcome,
    RunEnd,
    RunStart,
    TargetInfo,
    TraceHeader,
)
from smooth_operator_conformance.reporting.aggregate import failed, totals
from smooth_operator_conformance.reporting.collector import RESULTS, Run
from smooth_operator_conformance.run.engine import RUNNER_VERSION
from smooth_operator_conformance.scenario.model import Case, Scenario
from smooth_operator_conformance.schemas import Contract
from smooth_operator_conformance.spec import spec_version


@dataclass(frozen=True, slots=True)
class Played:
    """One case on one client, judged. `broken`: the driver could not be started at all."""

    case: Case
    findings: tuple[Finding, ...]
    player: Player | None = None
    book: Book | None = None
    broken: str = ""


@dataclass(slots=True)
class Session:
    """Plays scenarios; `jobs` drivers at a time."""

    scenarios: Sequence[Scenario]
    targets: Sequence[ClientTarget]
    jobs: int = 4
    patience: Patience = field(default_factory=Patience)
    report: Path | None = None
    selection: tuple[str, ...] = ()
    watch: Callable[[Played], None] | None = None
    """Told about each case as it has been played."""
    _results: list[CaseResult] = field(default_factory=list)
    _unavailable: dict[str, str] = field(default_factory=dict)

    async def run(self) -> Run:
        """Everything; the exit code is in the last record."""
        began, started = time.perf_counter(), _now()
        for target in self.targets:
            await self._run_target(target)
        start = RunStart(
            run_id=uuid.uuid4().hex[:12],
            started_at=started,
            runner_version=RUNNER_VERSION,
            spec_version=spec_version(Contract.shared().root),
            targets=tuple(self._info(target) for target in self.targets),
            scenarios=len(self.scenarios),
            selection=self.selection,
        )
        seconds = time.perf_counter() - began
        end = RunEnd(_now(), round(seconds * 1000, 1), self._exit_code(), totals(self._results))
        return Run(start, tuple(self._results), end=end, folder=self.report)

    async def _run_target(self, target: ClientTarget) -> None:
        every = [case for scenario in self.scenarios for case in scenario.cases()]
        cases = [case for case in every if selected(case, self.selection)]
        if target.missing:
            self._unavailable[target.name] = target.missing
            self._results += [_unplayed(case, target, target.missing) for case in cases]
            return
        slots = asyncio.Semaphore(self.jobs)

        async def one(case: Case) -> Played:
            async with slots:
                return await play(case, target, self.patience)

        for played in await asyncio.gather(*(one(case) for case in cases)):
            if played.broken:
                self._unavailable[target.name] = played.broken
            self._results.append(self._record(played, target))
            if self.watch is not None:
                self.watch(played)

    def _record(self, played: Played, target: ClientTarget) -> CaseResult:
        if played.player is None or played.book is None:
            return _unplayed(played.case, target, played.broken)
        outcome, reason = _outcome(played, target)
        case, trace = played.case, ""
        if self.report is not None:
            scenario = case.scenario.name
            bindings = {**played.player.bindings, "client": True}
            header = TraceHeader(scenario, target.name, case.label, bindings)
            trace = write_trace(self.report, header, played.player.timeline.entries)
        return CaseResult(
            scenario=case.scenario.name,
            target=target.name,
            outcome=outcome,
            case=case.label,
            reason=reason,
            checks=case.scenario.checks,
            laws=played.book.laws,
            frames=played.book.frames,
            duration_ms=round(played.player.duration_ms, 3),
            findings=played.findings,
            trace=trace,
            requirements=case.scenario.requirements,
            kill=case.scenario.kill,
        )

    def _info(self, target: ClientTarget) -> TargetInfo:
        unavailable = self._unavailable.get(target.name, "")
        return TargetInfo(
            target.name, kind="client", language=target.language, unavailable=unavailable
        )

    def _exit_code(self) -> int:
        if failed(totals(self._results)):
            return 1
        return 3 if self._unavailable else 0


def write_run(run: Run, report: Path) -> None:
    """The record stream of a run, in its report directory."""
    assert run.end is not None
    with RecordWriter(report / RESULTS) as out:
        out.write(run.start)
        for case in run.cases:
            out.write(case)
        for mutant in run.mutants:
            out.write(mutant)
        if run.requirements is not None:
            out.write(run.requirements)
        if run.mutant_totals is not None:
            out.write(run.mutant_totals)
        out.write(run.end)


async def play(case: Case, target: ClientTarget, patience: Patience) -> Played:
    """Play one case in a driver process of its own."""
    contract = Contract.shared()
    book = Book(contract)
    player = Player(case, target, Composer(contract), book, patience)
    try:
        findings = await player.play()
    except NoDriver as error:
        return Played(case, (), broken=str(error))
    return Played(case, (*findings, *book.findings), player, book)


def _outcome(played: Played, target: ClientTarget) -> tuple[Outcome, str]:
    known = target.expected_fail.get(played.case.scenario.name)
    if played.findings:
        return ("expected-fail", known) if known else ("fail", "")
    return ("unexpected-pass", known) if known else ("pass", "")


def _unplayed(case: Case, target: ClientTarget, reason: str) -> CaseResult:
    return CaseResult(
        scenario=case.scenario.name,
        target=target.name,
        outcome="could-not-run",
        case=case.label,
        reason=reason,
        checks=case.scenario.checks,
        requirements=case.scenario.requirements,
        kill=case.scenario.kill,
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
