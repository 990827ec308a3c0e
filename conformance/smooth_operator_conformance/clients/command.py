"""The command `clients`: from arguments to an exit code."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import click

from smooth_operator_conformance.clients.corpus import (
    client_corpus,
    client_musts,
    gate,
    load_scripts,
)
from smooth_operator_conformance.clients.session import Session
from smooth_operator_conformance.clients.targets import BadClient, load_client
from smooth_operator_conformance.reporting import coverage
from smooth_operator_conformance.reporting.terminal import print_run
from smooth_operator_conformance.reporting.write import write_reports
from smooth_operator_conformance.run.command import drive
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
    report: Path | None = None
    every: bool = False


def clients_command(args: ClientArgs) -> int:
    """Play, print, write; the exit code."""
    try:
        session = make_session(args)
    except (BadScenario, BadClient, SpecNotFound, ValueError, OSError) as error:
        click.echo(str(error), err=True)
        return 2
    run = drive(session.run())
    if args.report is not None:
        write_reports(args.report)
    click.echo(coverage.line(coverage.coverage(client_musts(), run.cases)))
    print_run(run, every=args.every)
    assert run.end is not None
    return run.end.exit_code


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
        deadline=args.deadline,
        report=args.report,
        selection=args.only,
    )
