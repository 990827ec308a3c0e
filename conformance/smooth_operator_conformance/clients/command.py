"""The command `clients`: from arguments to an exit code."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click

from smooth_operator_conformance.clients.corpus import (
    client_corpus,
    client_musts,
    gate,
    load_scripts,
)
from smooth_operator_conformance.clients.mutants import Campaign, client_patches, sum_up
from smooth_operator_conformance.clients.player import Patience
from smooth_operator_conformance.clients.session import Played, Session, write_run
from smooth_operator_conformance.clients.targets import BadClient, load_client
from smooth_operator_conformance.mutants import telling
from smooth_operator_conformance.mutants.patches import BadPatch, Patch
from smooth_operator_conformance.mutants.verdict import last_line
from smooth_operator_conformance.records import MutantResult
from smooth_operator_conformance.reporting import coverage
from smooth_operator_conformance.reporting.collector import Run
from smooth_operator_conformance.reporting.terminal import print_run
from smooth_operator_conformance.reporting.write import write_reports
from smooth_operator_conformance.run.command import drive
from smooth_operator_conformance.run.replay import line
from smooth_operator_conformance.scenario.load import BadScenario
from smooth_operator_conformance.spec import SpecNotFound


@dataclass(frozen=True, slots=True)
class ClientArgs:
    """The options of `clients`, as typed."""

    targets: tuple[str, ...] = ("python",)
    corpus: Path | None = None
    only: tuple[str, ...] = ()
    jobs: int = 4
    deadline: float = 10.0
    start: float = 30.0
    report: Path | None = None
    every: bool = False
    frames: bool = False
    """Whether every entry of every timeline is printed."""
    mutants: bool = False
    """Whether the client is broken, too, patch by patch."""
    brief: bool = False


def clients_command(args: ClientArgs) -> int:
    """Play, print, write; the exit code."""
    try:
        session = make_session(args)
        patches = _patches(session) if args.mutants else ()
    except (BadScenario, BadClient, BadPatch, SpecNotFound, ValueError, OSError) as error:
        click.echo(str(error), err=True)
        return 2
    run = drive(session.run())
    if args.mutants and not any(target.unavailable for target in run.start.targets):
        run = drive(_commit(session, run, patches, brief=args.brief))
    if args.report is not None:
        write_run(run, args.report)
        write_reports(args.report)
    if run.requirements is None and not args.only:
        click.echo(coverage.line(coverage.coverage(client_musts(), run.cases)))
    print_run(run, every=args.every)
    assert run.end is not None
    return run.end.exit_code


def _patches(session: Session) -> tuple[Patch, ...]:
    """The faults of the one client under test; raises BadClient where none can be committed."""
    if len(session.targets) != 1 or not session.targets[0].sources:
        raise BadClient("--mutants takes one target, whose file names its `sources`")
    target = session.targets[0]
    if not Path(target.sources).is_dir():
        raise BadClient(f"{target.name}: its sources are not at {target.sources}; use a clone")
    named = {name for scenario in session.scenarios for name in scenario.kill}
    patches = client_patches(target.language)
    if session.selection:
        patches = tuple(patch for patch in patches if patch.id in named)
    if not patches:
        raise BadClient(f"there are no faults for {target.language or target.name}")
    return patches


async def _commit(session: Session, run: Run, patches: Sequence[Patch], *, brief: bool) -> Run:
    """The run with its mutants; it is red, too, when one of them lives."""
    click.echo(f"{len(patches)} faulty clients", err=True)
    green = {case.scenario for case in run.cases} - {
        case.scenario for case in run.cases if case.outcome != "pass"
    }
    scenarios = [scenario for scenario in session.scenarios if scenario.name in green]
    campaign = Campaign(session.targets[0], scenarios, jobs=session.jobs)
    results = await campaign.run(patches)
    totals = sum_up(patches, results, run.cases)
    found = coverage.coverage(client_musts(), run.cases, results)
    dead = {result.id for result in results if result.outcome == "killed"}
    alive = [patch.id for patch in patches if patch.id not in dead]
    claimed = found.claimed if not session.selection else ()
    lines = [] if brief else [*telling.killers(results), *_proofs(results)]
    lines += telling.alive(alive, results)
    lines += [f"red: {reason}" for reason in totals.red]
    lines += [f"red: nothing proves {rid}" for rid in claimed]
    lines.append(last_line(totals))
    click.echo("\n".join(lines))
    assert run.end is not None
    code = 1 if totals.red or alive or claimed else run.end.exit_code
    return replace(
        run,
        mutants=tuple(results),
        mutant_totals=totals,
        requirements=None if session.selection else found,
        end=replace(run.end, exit_code=code),
    )


def _proofs(results: Sequence[MutantResult]) -> Iterator[str]:
    """One line for each requirement that a dead mutant proves."""
    proven: dict[str, dict[str, None]] = {}
    for result in results:
        for rid in result.requirements if result.outcome == "killed" else ():
            proven.setdefault(rid, {})[result.id] = None
    for rid in sorted(proven):
        yield f"proven: {rid}  by {', '.join(proven[rid])}"


def make_session(args: ClientArgs) -> Session:
    """What the arguments ask for; raises BadScenario, BadClient or ValueError."""
    root = client_corpus(args.corpus)
    if args.corpus is None and (faults := gate(root)):
        raise ValueError("\n".join(faults))
    scenarios = load_scripts(root, args.only)
    if not scenarios:
        raise ValueError("no scenario is selected")
    return Session(
        scenarios=scenarios,
        targets=[load_client(name) for name in args.targets],
        jobs=args.jobs,
        patience=Patience(args.deadline, args.start),
        report=args.report,
        selection=args.only,
        watch=_show if args.frames else None,
    )


def _show(played: Played) -> None:
    """What went over the wire and over the driver's standard streams."""
    click.echo(f"— {played.case.name}")
    for entry in played.player.timeline.entries if played.player else ():
        click.echo(line(entry, full=False))
