"""The command `run`: from arguments to an exit code."""

from __future__ import annotations

import asyncio
import shlex
import signal
import sys
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import click

from smooth_operator_conformance.reporting.collector import Run
from smooth_operator_conformance.reporting.terminal import print_run
from smooth_operator_conformance.reporting.write import write_reports
from smooth_operator_conformance.run.corpus import corpus_dir, load_corpus
from smooth_operator_conformance.run.engine import Engine, Outcome, Plan
from smooth_operator_conformance.run.group import Options
from smooth_operator_conformance.scenario.load import BadScenario
from smooth_operator_conformance.scenario.model import Scenario
from smooth_operator_conformance.scenario.published import translate
from smooth_operator_conformance.servers.target import BadTarget, Target, load_target
from smooth_operator_conformance.spec import SpecNotFound
from smooth_operator_conformance.world.host import CannotListen

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RunArgs:
    """The options of `run`, as typed."""

    targets: tuple[str, ...] = ("python",)
    corpus: Path | None = None
    only: tuple[str, ...] = ()
    jobs: int = 32
    processes: int = 4
    repeat: int = 1
    deadline: float = 10.0
    seed: str = ""
    listen: str = ""
    """Empty: as the target file says, else any free port."""
    report: Path | None = None
    every: bool = False
    isolate: bool = False
    profile: str = ""


def run_command(args: RunArgs) -> int:
    """Run, print, write; the exit code."""
    try:
        plan = make_plan(args)
    except (BadScenario, BadTarget, SpecNotFound, ValueError) as error:
        click.echo(str(error), err=True)
        return 2
    try:
        outcome = drive(Engine(plan, args.report).run())
    except CannotListen as error:
        click.echo(str(error), err=True)
        return 2
    if args.report is not None:
        write_reports(args.report)
    if outcome.played > 1:
        click.echo(rate_line(outcome))
    print_run(Run(outcome.start, tuple(outcome.cases), end=outcome.end), every=args.every)
    assert outcome.end is not None
    return outcome.end.exit_code


def make_plan(args: RunArgs) -> Plan:
    """What the arguments ask for; raises BadScenario, BadTarget or ValueError."""
    scenarios = load_corpus(corpus_dir(args.corpus), args.only)
    targets: list[Target] = [load_target(name) for name in args.targets]
    if args.isolate:
        scenarios = [_alone(scenario) for scenario in scenarios]
    if args.profile:
        scenarios = [scenario for scenario in scenarios if scenario.profile == args.profile]
    if not scenarios:
        raise ValueError("no scenario is selected")
    return Plan(
        scenarios=scenarios,
        targets=targets,
        options=Options(jobs=args.jobs, deadline=args.deadline),
        seed=args.seed,
        repeat=args.repeat,
        processes=args.processes,
        listen=listen_of(targets, args.listen),
        selection=args.only,
        traces="all" if args.repeat == 1 else "none",
        profile=args.profile,
        asked={target.name: _asked(target, args) for target in targets},
    )


def _asked(target: Target, args: RunArgs) -> str:
    """The options with which `replay` and `doctor` reach a target as this run did."""
    words = ["--target", target.given or target.name]
    for name, value in (("listen", args.listen), ("seed", args.seed), ("profile", args.profile)):
        words += [f"--{name}", value] if value and target.url else []
    return shlex.join(words)


def _alone(scenario: Scenario) -> Scenario:
    """The scenario in a process of its own; a published file then keeps its agent id."""
    if scenario.published:
        return translate(scenario.raw["source"], scenario.name, verbatim=True)
    return replace(scenario, raw={**scenario.raw, "exclusive": True})


def listen_of(targets: Sequence[Target], given: str) -> tuple[str, int]:
    """Where gateway and tools listen: as given, else as the target files say; raises ValueError."""
    told = {target.listen for target in targets if target.listen}
    if given or not told:
        address = parse_address(given or "127.0.0.1:0")
    elif len(told) > 1:
        raise ValueError(f"the targets were told different places: {', '.join(sorted(told))}")
    else:
        address = parse_address(told.pop())
    for target in targets:
        if target.url and target.provision != "none" and not address[1]:
            raise ValueError(
                f"{target.name} already runs and was told where its model is: say the same "
                "--listen HOST:PORT as to `smooth-conformance agents`, or give the target file "
                "that it wrote"
            )
    return address


def parse_address(text: str) -> tuple[str, int]:
    """`host:port`; raises ValueError."""
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit():
        raise ValueError(f"{text!r} is no host:port")
    return host, int(port)


def drive(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine on the fastest loop there is.

    SIGTERM unwinds it like Ctrl-C, so that no server under test outlives its run.
    """
    if sys.platform == "win32":
        return asyncio.run(work)
    import uvloop

    try:
        return uvloop.run(_interruptible(work))
    except asyncio.CancelledError:
        raise SystemExit(128 + signal.SIGTERM) from None


async def _interruptible(work: Coroutine[Any, Any, T]) -> T:
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await work


def rate_line(outcome: Outcome) -> str:
    """How fast the busiest process was played."""
    return f"{outcome.played} scenario runs at {outcome.rate:.0f}/s"
