"""Faults of clients: source patches on a copy, each of which some scenario has to notice.

A patch is tried in the scenarios whose `kill` names it, each until one of its cases dies; one that
nobody names, in those that list its requirements. A driver that crashes killed nothing.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from smooth_operator_conformance.clients.player import Patience
from smooth_operator_conformance.clients.session import Played, play
from smooth_operator_conformance.clients.targets import ClientTarget
from smooth_operator_conformance.mutants.patches import (
    DoesNotApply,
    Patch,
    apply,
    load_patches,
)
from smooth_operator_conformance.mutants.verdict import Population, Promise, add_up
from smooth_operator_conformance.records import (
    CaseResult,
    MutantOutcome,
    MutantResult,
    MutantTotals,
)
from smooth_operator_conformance.reporting.wording import headline, shorten
from smooth_operator_conformance.scenario.model import Scenario

FOLDER = Path(__file__).parent / "patches"
REASON = 200
UNNAMED = 4
"""Scenarios tried for a patch that no file names."""


def client_patches(language: str) -> tuple[Patch, ...]:
    """The patches for clients of a language, sorted by id; raises BadPatch."""
    return tuple(patch for patch in load_patches(FOLDER) if patch.language == language)


@dataclass(frozen=True, slots=True)
class Campaign:
    """Commits every patch on one target and lets the green scenarios look."""

    target: ClientTarget
    scenarios: Sequence[Scenario]
    jobs: int = 4
    patience: Patience = field(default_factory=lambda: Patience(step=5.0))

    async def run(self, patches: Sequence[Patch]) -> list[MutantResult]:
        """What became of each, in the order of the patches."""
        slots = asyncio.Semaphore(self.jobs)

        async def one(patch: Patch) -> list[MutantResult]:
            async with slots:
                return await self._commit(patch)

        found = await asyncio.gather(*(one(patch) for patch in patches))
        return [result for results in found for result in results]

    async def _commit(self, patch: Patch) -> list[MutantResult]:
        with tempfile.TemporaryDirectory(prefix="smooth-client-") as folder:
            sources = Path(self.target.sources)
            # What was compiled comes along: only what the patch alters is compiled again.
            ignore = shutil.ignore_patterns("tests", ".*_cache", "node_modules", "target")
            copy = Path(shutil.copytree(sources, Path(folder) / sources.name, ignore=ignore))
            try:
                apply(patch, copy)
            except DoesNotApply as error:
                return [self._result(patch, None, "did-not-apply", str(error))]
            faulty = self.target.moved(copy)
            named = [scenario for scenario in self.scenarios if patch.id in scenario.kill]
            done = []
            for scenario in named or self._likely(patch):
                done.append(await self._try(patch, faulty, scenario))
                if not named and done[-1].outcome == "killed":
                    break
            return done

    def _likely(self, patch: Patch) -> list[Scenario]:
        wanted = set(patch.requirements)
        return [s for s in self.scenarios if wanted & set(s.requirements)][:UNNAMED]

    async def _try(self, patch: Patch, faulty: ClientTarget, scenario: Scenario) -> MutantResult:
        """One scenario, case after case, until one of them sees the fault."""
        result = self._result(patch, scenario, "survived", "nobody noticed")
        for case in scenario.cases():
            played = await play(case, faulty, self.patience)
            outcome, told = _verdict(played)
            if outcome != "survived":
                result = self._result(patch, scenario, outcome, told, case.label)
            if outcome == "killed":
                break
        return result

    def _result(
        self,
        patch: Patch,
        scenario: Scenario | None,
        outcome: MutantOutcome,
        told: str,
        case: str = "",
    ) -> MutantResult:
        listed = set(scenario.requirements) if scenario else set()
        return MutantResult(
            id=patch.id,
            operator=patch.id,
            kind="source",
            mutant_class="behaviour",
            target=self.target.name,
            scenario=scenario.name if scenario else "",
            case=case,
            outcome=outcome,
            requirements=tuple(rid for rid in patch.requirements if rid in listed),
            killed_by=told if outcome == "killed" else "",
            reason="" if outcome == "killed" else told,
        )


def _verdict(played: Played) -> tuple[MutantOutcome, str]:
    if played.broken:
        return "crashed", shorten(played.broken, REASON)
    if played.player is not None and played.player.crash:
        return "crashed", shorten(played.player.crash, REASON)
    blamed = next((finding for finding in played.findings if finding.blame == "target"), None)
    if blamed is None:
        return "survived", "nobody noticed"
    return "killed", shorten(headline(blamed), REASON)


def sum_up(
    patches: Sequence[Patch], results: Sequence[MutantResult], cases: Sequence[CaseResult]
) -> MutantTotals:
    """K of N, and every reason why the run is red: unkept promises, patches that do not apply."""
    red = [f"{case.label} is {case.outcome} without any fault" for case in cases if _is_red(case)]
    red += [
        f"{result.id}: {result.outcome}: {result.reason}"
        for result in results
        if result.outcome in ("did-not-apply", "crashed")
    ]
    classes = Population({patch.id: "behaviour" for patch in patches})
    kept = {case.scenario: case.kill for case in cases}
    promises = [Promise(name, names) for name, names in kept.items()]
    return add_up(classes, results, promises, red)


def _is_red(case: CaseResult) -> bool:
    return case.outcome != "pass"
