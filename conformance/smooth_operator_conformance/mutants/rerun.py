"""Runs cases again with a fault that no recording can hold: in our client, or in the server.

Live mutants share processes, each copy of a case with its own tampering. A source patch gets the
processes of its own faulty copy. A process that dies, or does not start, killed nothing.
"""

from __future__ import annotations

import asyncio
import dataclasses
import tempfile
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from smooth_operator_conformance.mutants.campaign import REASON, Tags, kills
from smooth_operator_conformance.mutants.patches import DoesNotApply, Patch, faulty_copy
from smooth_operator_conformance.mutants.population import Mutant
from smooth_operator_conformance.mutants.tampering import Tampering, sends
from smooth_operator_conformance.mutants.vocabulary import matches
from smooth_operator_conformance.records import MutantKind, MutantOutcome, MutantResult
from smooth_operator_conformance.reporting.wording import headline, shorten
from smooth_operator_conformance.run.group import Group, GroupResult, Judged, Options
from smooth_operator_conformance.scenario.model import Case
from smooth_operator_conformance.servers.target import Target
from smooth_operator_conformance.world.case_run import CaseRun
from smooth_operator_conformance.world.host import Host

PER_MUTANT = 6
"""Cases tried for a live mutant that no file promises to kill."""
STOP_SECONDS = 2.0
PER_PATCH = 12
"""Cases tried for a patch that no file lists."""
KILLED_BY_US = "exit code -9 "
PER_PATCH_ALONE = 40
"""As many that need a process of their own: one of a table of refused starts is the one."""
TOGETHER = 160
"""Copies in one process."""
PACKAGES = {"python": "smooth_operator_server"}
"""Language to the package that its patches alter."""


@dataclass(frozen=True)
class Rerun:
    """What reruns need: the target, the green cases, and how to run."""

    target: Target
    cases: Sequence[Case]
    options: Options
    tags: Tags
    equivalent: frozenset[str] = frozenset()

    async def live(self, mutants: Sequence[Mutant]) -> list[MutantResult]:
        """Every live mutant in every case that names it, else in a few that could show it."""
        wanted: defaultdict[str, list[tuple[Mutant, Case]]] = defaultdict(list)
        for mutant in mutants:
            for case in self._candidates(mutant.id):
                wanted[case.scenario.profile].append((mutant, case))
        batches = [
            (profile, pairs[start : start + TOGETHER])
            for profile, pairs in wanted.items()
            for start in range(0, len(pairs), TOGETHER)
        ]
        done: list[MutantResult] = []
        for profile, pairs in batches:
            done += await self._together(profile, pairs)
        return done

    def _candidates(self, mutant: str) -> list[Case]:
        """Cases of files that promise it and fit; then others that send such a frame."""
        fitting = [
            case for case in self.cases if not case.scenario.exclusive and sends(case.steps, mutant)
        ]
        named = [case for case in fitting if _names(case, mutant)]
        tagged = set(self.tags(mutant))
        others = [case for case in fitting if not _names(case, mutant)]
        # Cases that list a requirement of the mutant first: they are the likelier to notice.
        others = sorted(_spread(others), key=lambda c: not tagged & set(c.scenario.requirements))
        return named + others[: max(0, PER_MUTANT - len(named))]

    async def _together(
        self, profile: str, pairs: Sequence[tuple[Mutant, Case]]
    ) -> list[MutantResult]:
        def tampered(host: Host) -> list[CaseRun]:
            runs = []
            for mutant, case in pairs:
                run = self._copy(case, mutant.id, host)
                run.tamper = Tampering(mutant.id)
                runs.append(run)
            return runs

        result = await self._play(self.target, profile, tampered)
        by_id = {mutant.id: mutant for mutant, _ in pairs}
        done = []
        # A group plays its copies in an order of its own: each says itself what it was.
        for judged in result.judged:
            tampering = judged.run.tamper
            if isinstance(tampering, Tampering) and tampering.done and not judged.missing:
                mutant = by_id[tampering.mutant]
                outcome, told = _verdict(mutant, judged, result)
                done.append(self._result(mutant.id, "live", judged.run.case, outcome, told))
        return done

    async def source(self, patch: Patch) -> list[MutantResult]:
        """A patch: in every case of the files that list it, else in some that could show it."""
        mutant = Mutant(patch.id, "source", "behaviour")
        with tempfile.TemporaryDirectory(prefix="smooth-mutant-") as folder:
            try:
                faulty = self._faulty(patch, Path(folder))
            except DoesNotApply as error:
                return [self._unapplied(patch, str(error))]
            done: list[MutantResult] = []
            for profile, cases in self._processes(patch):
                result = await self._play(faulty, profile, self._copies(cases, patch.id))
                for judged in result.judged:
                    outcome, told = _verdict(mutant, judged, result)
                    done.append(self._result(patch.id, "source", judged.run.case, outcome, told))
                promised = any(_names(case, patch.id) for case in cases)
                if not promised and any(found.outcome == "killed" for found in done):
                    break
            return done

    def _processes(self, patch: Patch) -> list[tuple[str, list[Case]]]:
        """Cases for a patch by process: exclusive ones alone, the others by profile."""
        named = [case for case in self.cases if _names(case, patch.id)]
        wanted = set(patch.requirements)
        listing = [c for c in self.cases if wanted & set(c.scenario.requirements)]
        listing = sorted(_spread(listing), key=_cost)
        shared_ones = [case for case in listing if not case.scenario.exclusive]
        own = [case for case in listing if case.scenario.exclusive]
        chosen = named or [*shared_ones[:PER_PATCH], *own[:PER_PATCH_ALONE]]
        shared: defaultdict[str, list[Case]] = defaultdict(list)
        for case in chosen:
            if not case.scenario.exclusive:
                shared[case.scenario.profile].append(case)
        alone = [(c.scenario.profile, [c]) for c in chosen if c.scenario.exclusive]
        return [*sorted(shared.items(), key=lambda item: item[0] == "timers"), *alone]

    def _unapplied(self, patch: Patch, reason: str) -> MutantResult:
        return MutantResult(
            id=patch.id,
            operator=patch.id,
            kind="source",
            mutant_class="behaviour",
            target=self.target.name,
            scenario="",
            outcome="did-not-apply",
            reason=reason,
        )

    def _faulty(self, patch: Patch, folder: Path) -> Target:
        found = find_spec(PACKAGES[patch.language])
        if found is None or found.origin is None:
            raise DoesNotApply(f"{patch.id}: its package is not installed here")
        path = faulty_copy(patch, Path(found.origin).parent, folder)
        env = {**self.target.env, "PYTHONPATH": str(path), "PYTHONDONTWRITEBYTECODE": "1"}
        return dataclasses.replace(self.target, env=env)

    def _impatient(self, target: Target) -> Target:
        """Faults leave turns hanging: nobody waits for them to be drained."""
        return dataclasses.replace(target, stop_seconds=STOP_SECONDS)

    def _copies(self, cases: Sequence[Case], mutant: str) -> Callable[[Host], list[CaseRun]]:
        return lambda host: [self._copy(case, mutant, host) for case in cases]

    async def _play(
        self, target: Target, profile: str, copies: Callable[[Host], list[CaseRun]]
    ) -> GroupResult:
        result = await self._once(target, profile, copies)
        # Ports are found, not reserved: another process may have been quicker.
        return await self._once(target, profile, copies) if result.not_started else result

    async def _once(
        self, target: Target, profile: str, copies: Callable[[Host], list[CaseRun]]
    ) -> GroupResult:
        host = Host()
        await host.start()
        try:
            group = Group(self._impatient(target), profile, copies(host), host)
            return await group.run(self.options)
        finally:
            await host.stop()

    def _copy(self, case: Case, mutant: str, host: Host) -> CaseRun:
        return CaseRun(case, self.target.name, case.nonce(f"mutants/{mutant}", 0), host.bindings)

    def _result(
        self, mutant: str, kind: MutantKind, case: Case, outcome: MutantOutcome, told: str
    ) -> MutantResult:
        listed = set(case.scenario.requirements)
        return MutantResult(
            id=mutant,
            operator=mutant,
            kind=kind,
            mutant_class="equivalent" if mutant in self.equivalent else "behaviour",
            target=self.target.name,
            scenario=case.scenario.name,
            case=case.label,
            outcome=outcome,
            requirements=tuple(rid for rid in self.tags(mutant) if rid in listed),
            killed_by=told if outcome == "killed" else "",
            reason="" if outcome == "killed" else told,
        )


def _spread(cases: Sequence[Case]) -> list[Case]:
    """The first case of every file, then the second of every file, and so on."""
    seen: defaultdict[str, int] = defaultdict(int)
    ranks = []
    for case in cases:
        ranks.append(seen[case.scenario.name])
        seen[case.scenario.name] += 1
    order = sorted(range(len(cases)), key=lambda index: ranks[index])
    return [cases[index] for index in order]


def _cost(case: Case) -> int:
    """Cheap cases first: a shared process, then one with timers, then one of its own."""
    return 2 * case.scenario.exclusive + (case.scenario.profile == "timers")


def _names(case: Case, mutant: str) -> bool:
    return any(matches(name, mutant) for name in case.scenario.kill)


def _verdict(mutant: Mutant, judged: Judged, result: GroupResult) -> tuple[MutantOutcome, str]:
    """A dead process is a crash, whatever its cases then missed; one that we killed is not."""
    if result.not_started:
        return "crashed", shorten(result.not_started, REASON)
    ended = [told for told in result.complaints if told.startswith("exit code")]
    died = [told for told in ended if not told.startswith(KILLED_BY_US)]
    if died:
        return "crashed", died[0]
    killer = kills(judged.findings, mutant)
    if killer is None and _secret_told(result):
        return "killed", shorten(_secret_told(result), REASON)
    if killer is None:
        return "survived", "nobody noticed"
    return "killed", shorten(headline(killer), REASON)


def _secret_told(result: GroupResult) -> str:
    """The law about secrets also reads the log, which belongs to the process."""
    return next((told for told in result.complaints if "in the log" in told), "")


async def gather(patches: Sequence[Patch], rerun: Rerun, at_once: int) -> list[MutantResult]:
    """Several patches at a time, results in the order of the patches."""
    slots = asyncio.Semaphore(at_once)

    async def one(patch: Patch) -> list[MutantResult]:
        async with slots:
            return await rerun.source(patch)

    found = await asyncio.gather(*(one(patch) for patch in patches))
    return [result for results in found for result in results]
