"""A whole run: every selected scenario on every target, written as the one record stream."""

from __future__ import annotations

import asyncio
import gc
import time
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from smooth_operator_conformance.laws import Audit
from smooth_operator_conformance.record_io import RecordWriter, write_trace
from smooth_operator_conformance.records import (
    CaseResult,
    Finding,
    RunEnd,
    RunStart,
    TargetInfo,
)
from smooth_operator_conformance.reporting.aggregate import failed, totals
from smooth_operator_conformance.reporting.collector import RESULTS
from smooth_operator_conformance.run.group import Group, GroupResult, Judged, Options
from smooth_operator_conformance.run.naming import copy_of, lane_for, seed_for
from smooth_operator_conformance.run.outcome import (
    only_deadlines,
    outcome_of,
    record,
)
from smooth_operator_conformance.run.probe import Declared
from smooth_operator_conformance.run.provided import unprovided
from smooth_operator_conformance.scenario.model import Case, Scenario
from smooth_operator_conformance.servers.target import Target
from smooth_operator_conformance.spec import find_spec, spec_version
from smooth_operator_conformance.world.case_run import CaseRun
from smooth_operator_conformance.world.host import Host

RUNNER_VERSION = "0.1.0"
TIMED = frozenset({"timers"})
"""Profiles with small durations: run when nothing else does, deadline failures tried again."""


@dataclass(slots=True)
class Plan:
    """What is to be run, and how."""

    scenarios: list[Scenario]
    targets: list[Target]
    options: Options = field(default_factory=Options)
    seed: str = ""
    repeat: int = 1
    processes: int = 4
    """Server processes at a time."""
    listen: tuple[str, int] = ("127.0.0.1", 0)
    selection: tuple[str, ...] = ()
    traces: Literal["all", "red", "none"] = "all"
    """Which traces are written; `red`: of what did not simply pass."""
    profile: str = ""
    """The profile that a `url:` target was started with."""
    asked: Mapping[str, str] = field(default_factory=dict)
    """Target to the options that reach it again."""


@dataclass(slots=True)
class Outcome:
    """What a run came to."""

    start: RunStart
    cases: list[CaseResult] = field(default_factory=list)
    end: RunEnd | None = None
    rate: float = 0.0
    """Scenario copies per second of playing time on the busiest process."""
    played: int = 0


class Engine:
    """Runs a plan; records go to the report directory as they are known."""

    def __init__(self, plan: Plan, report: Path | None) -> None:
        self._plan, self._report = plan, report
        self._seed = plan.seed or uuid.uuid4().hex
        self._host = Host()
        self._info: dict[str, TargetInfo] = {}
        self._cases: list[CaseResult] = []
        self._rate, self._played, self._lanes = 0.0, 0, 0
        self._slots = asyncio.Semaphore(plan.processes)

    async def run(self) -> Outcome:
        """Everything; the exit code is in the last record."""
        began, started_at = time.perf_counter(), _now()
        await self._host.start(*self._plan.listen)
        # A run keeps every frame until it is judged: walking them again and again is a fifth of it.
        collected = gc.isenabled()
        gc.disable()
        try:
            for target in self._plan.targets:
                await self._run_target(target)
        finally:
            if collected:
                gc.enable()
            await self._host.stop()
        start = self._start_record(started_at)
        seconds = time.perf_counter() - began
        end = RunEnd(_now(), round(seconds * 1000, 1), self._exit_code(), totals(self._cases))
        self._write(start, end)
        return Outcome(start, self._cases, end, self._rate, self._played)

    def _start_record(self, started_at: str) -> RunStart:
        return RunStart(
            run_id=self._seed[:12],
            started_at=started_at,
            runner_version=RUNNER_VERSION,
            spec_version=spec_version(find_spec()),
            targets=tuple(self._info.values()),
            scenarios=len(self._plan.scenarios),
            selection=self._plan.selection,
        )

    def _exit_code(self) -> int:
        if failed(totals(self._cases)):
            return 1
        if any(info.unavailable for info in self._info.values()):
            return 3
        return 0

    def _write(self, start: RunStart, end: RunEnd) -> None:
        if self._report is None:
            return
        with RecordWriter(self._report / RESULTS) as out:
            out.write(start)
            for case in self._cases:
                out.write(case)
            out.write(end)

    async def _run_target(self, target: Target) -> None:
        results: list[GroupResult] = []
        groups = self._groups(target, await self._provided(target))
        for quiet in (False, True):
            # Small durations want a machine to themselves: they come last, alone.
            async with asyncio.TaskGroup() as tasks:
                for profile, runs in groups:
                    if (profile in TIMED) is quiet:
                        tasks.create_task(self._group(target, profile, runs, results))
        self._info[target.name] = self._describe(target, results)
        self._cases.extend(self._process_case(target, results))

    async def _provided(self, target: Target) -> list[Case]:
        """The cases that can run on the target; the others are recorded with the reason."""
        given = self._plan.profile or target.profile or "shared"
        provided = []
        for case in (case for scenario in self._plan.scenarios for case in scenario.cases()):
            reason = unprovided(target, case, given)
            if not reason:
                provided.append(case)
                continue
            run = copy_of(case, target, self._seed_for(target), 0, self._host.bindings)
            missed = Judged(run, [], Audit(), unavailable=reason)
            self._cases.append(await self._record(target, case.scenario.profile, missed))
        return provided

    def _groups(self, target: Target, cases: Sequence[Case]) -> list[tuple[str, list[CaseRun]]]:
        """Copies by process: one for each profile, one for each exclusive copy.

        A server that knows one model name plays one copy at a time, so it gets more processes.
        """
        shared: defaultdict[str, list[CaseRun]] = defaultdict(list)
        alone: list[tuple[str, list[CaseRun]]] = []
        for copy in range(self._plan.repeat):
            for case in cases:
                scenario = case.scenario
                run = copy_of(case, target, self._seed_for(target), copy, self._host.bindings)
                if scenario.exclusive:
                    alone.append((scenario.profile, [run]))
                else:
                    shared[scenario.profile].append(run)
        if target.provision == "env" and target.command:
            number = self._plan.processes
            lanes = [(p, runs[n::number]) for p, runs in shared.items() for n in range(number)]
            return [*(lane for lane in lanes if lane[1]), *alone]
        return [*shared.items(), *alone]

    async def _group(
        self, target: Target, profile: str, runs: list[CaseRun], results: list[GroupResult]
    ) -> None:
        async with self._slots:
            while runs:
                result = await self._play(target, profile, runs)
                results.append(result)
                played = len(result.judged)
                if result.seconds and played > self._played:
                    self._rate, self._played = played / result.seconds, played
                for judged in result.judged:
                    self._cases.append(await self._record(target, profile, judged))
                runs = result.left

    async def _record(self, target: Target, profile: str, judged: Judged) -> CaseResult:
        outcome, reason = outcome_of(judged, target)
        if outcome == "fail" and profile in TIMED and only_deadlines(judged.findings):
            again = await self._again(target, profile, judged)
            if not again.findings:
                told = judged.findings[0].message
                judged.findings = []
                outcome, reason = "rescued", f"passed alone, after: {told}"
        trace = ""
        if self._report is not None and self._kept(outcome):
            run = judged.run
            trace = write_trace(self._report, run.header, run.timeline.entries)
        return record(judged, target, outcome, reason, trace)

    def _kept(self, outcome: str) -> bool:
        if self._plan.traces == "red":
            return outcome not in _NO_TRACE and outcome != "pass"
        return self._plan.traces == "all" and outcome not in _NO_TRACE

    async def _again(self, target: Target, profile: str, judged: Judged) -> Judged:
        """The same case alone in a fresh process."""
        case = judged.run.case
        again = self._seed_for(target) if target.url else f"{self._seed}/again"
        run = copy_of(case, target, again, 0, self._host.bindings)
        result = await self._play(target, profile, [run])
        return result.judged[0]

    def _seed_for(self, target: Target) -> str:
        return seed_for(target, self._plan.seed, self._seed)

    async def _play(self, target: Target, profile: str, runs: list[CaseRun]) -> GroupResult:
        self._lanes += 1
        lane = lane_for(target, str(self._lanes))
        return await Group(target, profile, runs, self._host, lane).run(self._plan.options)

    def _describe(self, target: Target, results: Sequence[GroupResult]) -> TargetInfo:
        best = _most_declared(results)
        broken = [r.not_started for r in results if r.not_started]
        return TargetInfo(
            name=target.name,
            language=target.language,
            version=best.version,
            capabilities=best.capabilities,
            provision=target.provision,
            asked=self._plan.asked.get(target.name, ""),
            unavailable=broken[0] if broken and len(broken) == len(results) else "",
        )

    def _process_case(self, target: Target, results: Sequence[GroupResult]) -> list[CaseResult]:
        """Faults of the processes themselves, as a scenario of their own that is only told red."""
        complaints = list(dict.fromkeys(c for r in results for c in r.complaints))
        complaints += [f"a stray request: {s}" for s in dict.fromkeys(self._host.registry.strays)]
        self._host.registry.strays.clear()
        declared = _most_declared(results).capabilities
        if results and not all(r.not_started for r in results):
            missing = [n for n in target.must_declare if n not in declared]
            complaints += [f"it must declare {name} and does not" for name in missing]
        if not complaints:
            return []
        findings = tuple(
            Finding("law", text, path="process", blame="target") for text in complaints
        )
        return [CaseResult("process/whole", target.name, "fail", checks=1, findings=findings)]


_NO_TRACE = frozenset({"not-applicable", "could-not-run"})


def _most_declared(results: Sequence[GroupResult]) -> Declared:
    """What the process said that declared most."""
    found = [result.declared for result in results]
    return max(found, key=lambda d: len(d.capabilities), default=Declared())


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
