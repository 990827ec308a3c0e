"""The command `replay`: one scenario on one target, with every entry of its timeline."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import click

from smooth_operator_conformance.match.values import short
from smooth_operator_conformance.record_io import dumps
from smooth_operator_conformance.records import TraceEntry
from smooth_operator_conformance.run.command import drive, listen_of
from smooth_operator_conformance.run.corpus import corpus_dir, load_corpus
from smooth_operator_conformance.run.group import Group, GroupResult, Judged, Options
from smooth_operator_conformance.run.naming import copy_of, lane_for, seed_for
from smooth_operator_conformance.run.provided import unprovided
from smooth_operator_conformance.scenario.load import BadScenario
from smooth_operator_conformance.scenario.model import Case
from smooth_operator_conformance.servers.target import BadTarget, Target, load_target
from smooth_operator_conformance.spec import SpecNotFound
from smooth_operator_conformance.world.host import CannotListen, Host

_NAME = re.compile(r"(?P<scenario>[^\[]+)(\[(?P<case>.+)\])?\Z")


@dataclass(frozen=True, slots=True)
class ReplayArgs:
    """The options of `replay`, as typed."""

    scenario: str
    target: str = "python"
    corpus: Path | None = None
    deadline: float = 10.0
    full: bool = False
    listen: str = ""
    seed: str = ""
    profile: str = ""


def replay_command(args: ReplayArgs) -> int:
    """Print what happened; 0 green, 1 red, 2 cannot be asked of this target, 3 not started."""
    try:
        cases = find_cases(args.scenario, args.corpus)
        target = load_target(args.target)
        listen = listen_of([target], args.listen)
        _refuse(target, cases, args.profile)
    except (BadScenario, BadTarget, SpecNotFound, ValueError) as error:
        click.echo(str(error), err=True)
        return 2
    red = 0
    for case in cases:
        try:
            result = drive(_play(case, target, args, listen))
        except CannotListen as error:
            click.echo(str(error), err=True)
            return 2
        if result.not_started:
            click.echo(result.not_started, err=True)
            return 3
        red += _show(result.judged[0], args.full)
        for complaint in result.complaints:
            click.echo(f"process: {complaint}")
    return 1 if red else 0


def _refuse(target: Target, cases: list[Case], profile: str) -> None:
    for case in cases:
        reason = unprovided(target, case, profile or target.profile or "shared")
        if reason:
            raise ValueError(f"{case.name} cannot run on {target.name}: {reason}")


def find_cases(name: str, corpus: Path | None) -> list[Case]:
    """The cases that `area/slug` or `area/slug[label]` names; raises ValueError."""
    parsed = _NAME.match(name)
    scenarios = load_corpus(corpus_dir(corpus), [parsed["scenario"]]) if parsed else []
    cases = [case for scenario in scenarios for case in scenario.cases()]
    if parsed and parsed["case"]:
        cases = [case for case in cases if case.label == parsed["case"]]
    if not cases:
        raise ValueError(f"no scenario is called {name}")
    return cases


async def _play(
    case: Case, target: Target, args: ReplayArgs, listen: tuple[str, int]
) -> GroupResult:
    host = Host()
    await host.start(*listen)
    try:
        run = copy_of(case, target, seed_for(target, args.seed, "replay"), 0, host.bindings)
        group = Group(target, case.scenario.profile, [run], host, lane_for(target, "replay"))
        return await group.run(Options(deadline=args.deadline))
    finally:
        await host.stop()


def _show(judged: Judged, full: bool) -> bool:
    case = judged.run.case
    click.echo(f"— {case.name}")
    for entry in judged.run.timeline.entries:
        click.echo(line(entry, full))
    for name in judged.missing:
        click.echo(f"not applicable: {name} is not declared")
    for finding in judged.findings:
        click.echo(f"{finding.blame}: {finding.message}")
    click.echo("red" if judged.findings else "not applicable" if judged.missing else "green")
    return bool(judged.findings)


def line(entry: TraceEntry, full: bool) -> str:
    """One entry as one line."""
    if full:
        return dumps(entry)
    arrow = "→" if entry.direction == "out" else "←"
    value = entry.value
    if isinstance(value, dict) and "$headers" in value:
        value = {key: inner for key, inner in value.items() if key != "$headers"}
    return f"{entry.t_ms:9.2f} ms {arrow} {entry.inbox:12} {entry.kind:6} {short(value, 300)}"
