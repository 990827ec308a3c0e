"""One mutant run from start to exit code: the green run, the campaign, the reruns, the sum."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import click

from smooth_operator_conformance.mutants import telling
from smooth_operator_conformance.mutants.campaign import Campaign
from smooth_operator_conformance.mutants.inventory import (
    HERE,
    Inventory,
    drift,
    load_inventory,
    pin,
)
from smooth_operator_conformance.mutants.recordings import recordings
from smooth_operator_conformance.mutants.rerun import Rerun, gather
from smooth_operator_conformance.mutants.surface import read_surface
from smooth_operator_conformance.mutants.verdict import (
    Population,
    Promise,
    add_up,
    last_line,
)
from smooth_operator_conformance.record_io import RecordWriter
from smooth_operator_conformance.records import (
    CaseResult,
    MutantResult,
    MutantTotals,
    RequirementTotals,
)
from smooth_operator_conformance.reporting import coverage
from smooth_operator_conformance.reporting.collector import RESULTS
from smooth_operator_conformance.reporting.write import write_reports
from smooth_operator_conformance.run.command import RunArgs, drive, make_plan
from smooth_operator_conformance.run.engine import Engine, Outcome, Plan
from smooth_operator_conformance.run.group import Options
from smooth_operator_conformance.scenario.load import BadScenario
from smooth_operator_conformance.servers.target import BadTarget
from smooth_operator_conformance.spec import SpecNotFound, find_spec, read_json

SURVIVORS = HERE / "survivors.json"
"""Behaviour mutants that nobody kills yet: a list that may only shrink."""
AT_ONCE = 3
"""Faulty servers at a time."""


@dataclass(frozen=True, slots=True)
class MutantArgs:
    """The options of `mutants`, as typed."""

    target: str = "python"
    corpus: Path | None = None
    only: tuple[str, ...] = ()
    deadline: float = 3.0
    report: Path | None = None
    source: bool = True
    """Whether faulty copies of the server are started, too."""
    pin: bool = False
    every: bool = False
    brief: bool = False
    """Whether the dead and the equivalent are counted only, not named."""


@dataclass(slots=True)
class Found:
    """Everything a mutant run came to."""

    results: list[MutantResult]
    totals: MutantTotals
    requirements: RequirementTotals
    survivors: list[str]
    new_survivors: list[str]


def run_mutants(args: MutantArgs) -> int:
    """Commit every mutant, print what lives and why it is red; 0 when nothing got worse."""
    if args.pin and (args.only or not args.source):
        click.echo("--pin needs the whole corpus and the source patches", err=True)
        return 2
    try:
        inventory = load_inventory(find_spec())
        run = RunArgs(targets=(args.target,), corpus=args.corpus, only=args.only)
        plan = make_plan(run)
    except (BadScenario, BadTarget, SpecNotFound, ValueError) as error:
        click.echo(str(error), err=True)
        return 2
    with ExitStack() as stack:
        folder = args.report or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        _say(f"{len(plan.scenarios)} scenarios without any fault")
        base = drive(Engine(plan, folder).run())
        if base.start.targets and base.start.targets[0].unavailable:
            click.echo(base.start.targets[0].unavailable, err=True)
            return 3
        found = _commit(args, inventory, plan, base, folder)
        if args.report is not None:
            _append(folder, found)
            write_reports(folder)
    if args.pin:
        pin(inventory)
        _pin_survivors(found.survivors)
    _print(args, found, inventory)
    return 1 if found.totals.red or (found.new_survivors and not args.only) else 0


def pin_command() -> int:
    """Write the ids of N anew: after a patch, an action or a field came or went."""
    pin(load_inventory(find_spec()))
    return 0


def _commit(
    args: MutantArgs, inventory: Inventory, plan: Plan, base: Outcome, folder: Path
) -> Found:
    green = [case for case in base.cases if case.outcome == "pass"]
    cases = {(s.name, c.label): c for s in plan.scenarios for c in s.cases()}
    campaign = Campaign(inventory.mutants, inventory.tags, inventory.free)
    campaign.run(recordings(folder, green, cases, read_surface(find_spec())))
    language = plan.targets[0].language if args.source else ""
    passed = [
        cases[case.scenario, case.case] for case in green if (case.scenario, case.case) in cases
    ]
    options = Options(deadline=args.deadline)
    rerun = Rerun(plan.targets[0], passed, options, inventory.tags, inventory.free)
    live = [mutant for mutant in inventory.mutants if mutant.kind == "live"]
    patches = [patch for patch in inventory.patches if patch.language == language]
    results = [*campaign.results]
    _say(f"{len(campaign.killed)} mutants died in recorded traces; {len(live)} live ones next")
    results += drive(rerun.live(live))
    _say(f"{len(patches)} source patches, a server each")
    results += drive(gather(patches, rerun, AT_ONCE))
    return _sum(inventory, language, base, results, campaign.red)


def _sum(
    inventory: Inventory,
    language: str,
    base: Outcome,
    results: list[MutantResult],
    red: Sequence[str],
) -> Found:
    classes = inventory.classes(language)
    reasons = [*red, *drift(inventory), *_red_base(base.cases), *_broken(results)]
    totals = add_up(Population(classes), results, promises(base.cases, language), reasons)
    dead = {result.id for result in results if result.outcome == "killed"}
    survivors = [m for m, found in classes.items() if found == "behaviour" and m not in dead]
    required = coverage.musts(read_json(find_spec() / "requirements.json"))
    return Found(
        results=results,
        totals=totals,
        requirements=coverage.coverage(required, base.cases, results),
        survivors=survivors,
        new_survivors=sorted(set(survivors) - set(read_json(SURVIVORS))),
    )


def promises(cases: Iterable[CaseResult], language: str) -> list[Promise]:
    """The `kill` lists of files that ran green; patches of other languages are not asked."""
    kept: dict[str, tuple[str, ...]] = {}
    broken = {case.scenario for case in cases if case.outcome != "pass"}
    for case in cases:
        if case.scenario not in broken and case.kill:
            kept[case.scenario] = tuple(name for name in case.kill if _asked(name, language))
    return [Promise(name, names) for name, names in kept.items()]


def _asked(name: str, language: str) -> bool:
    return not name.startswith("src:") or name.startswith(f"src:{language}/")


def _red_base(cases: Iterable[CaseResult]) -> list[str]:
    """A corpus that is red unaltered proves nothing about what it would notice."""
    return [
        f"{case.label} is {case.outcome} without any fault"
        for case in cases
        if case.outcome in ("fail", "unexpected-pass")
    ]


def _broken(results: Iterable[MutantResult]) -> list[str]:
    return [
        f"{result.id}: {result.outcome}: {result.reason}"
        for result in results
        if result.kind == "source" and result.outcome in ("did-not-apply", "crashed")
    ] + [
        f"{result.id} is listed as equivalent, yet {result.scenario} sees it"
        for result in results
        if result.kind == "live" and result.mutant_class == "equivalent"
        if result.outcome == "killed"
    ]


def _say(text: str) -> None:
    """Progress, for whoever watches; reports and pipes do not want it."""
    click.echo(text, err=True)


def _append(folder: Path, found: Found) -> None:
    """The mutants' records behind those of the green run, before its end."""
    lines = (folder / RESULTS).read_text(encoding="ascii").splitlines(keepends=True)
    with RecordWriter(folder / "mutants.jsonl") as out:
        for result in found.results:
            out.write(result)
        out.write(found.requirements)
        out.write(found.totals)
    extra = (folder / "mutants.jsonl").read_text(encoding="ascii")
    text = "".join(lines[:-1]) + extra + lines[-1]
    (folder / RESULTS).write_text(text, encoding="ascii", newline="\n")
    (folder / "mutants.jsonl").unlink()


def _pin_survivors(survivors: Iterable[str]) -> None:
    text = json.dumps(sorted(survivors), indent=1)
    SURVIVORS.write_text(text + "\n", encoding="utf-8", newline="\n")


def _print(args: MutantArgs, found: Found, inventory: Inventory) -> None:
    shown = found.survivors if args.every else found.new_survivors
    lines = [] if args.brief else [*telling.killers(found.results)]
    lines += [] if args.brief else [*telling.let_off(inventory.equivalents)]
    if not args.only or args.every:
        lines += telling.alive(shown, found.results)
    lines += [f"red: {reason}" for reason in found.totals.red]
    totals = found.totals
    known = len(found.survivors) - len(found.new_survivors)
    lines.append(coverage.line(found.requirements))
    lines.append(
        f"shape: {totals.shape_killed} of {totals.shape_total} killed; "
        f"equivalent: {totals.equivalent}; known survivors: {known}"
    )
    lines.append(last_line(totals))
    click.echo("\n".join(lines))
