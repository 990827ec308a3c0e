"""The command `replay`: one scenario on one target, with every entry of its timeline."""

from __future__ import annotations

import re
from pathlib import Path

import click

from smooth_operator_conformance.match.values import short
from smooth_operator_conformance.record_io import dumps
from smooth_operator_conformance.records import TraceEntry
from smooth_operator_conformance.run.command import drive
from smooth_operator_conformance.run.corpus import corpus_dir, load_corpus
from smooth_operator_conformance.run.group import Group, GroupResult, Judged, Options
from smooth_operator_conformance.scenario.load import BadScenario
from smooth_operator_conformance.scenario.model import Case
from smooth_operator_conformance.servers.target import BadTarget, Target, load_target
from smooth_operator_conformance.world.case_run import CaseRun
from smooth_operator_conformance.world.host import Host

_NAME = re.compile(r"(?P<scenario>[^\[]+)(\[(?P<case>.+)\])?\Z")


def replay_command(
    name: str, target_name: str, corpus: Path | None, *, deadline: float, full: bool
) -> int:
    """Print what happened; 0 green, 1 red, 2 no such scenario, 3 not started."""
    try:
        cases = find_cases(name, corpus)
        target = load_target(target_name)
    except (BadScenario, BadTarget, ValueError) as error:
        click.echo(str(error), err=True)
        return 2
    red = 0
    for case in cases:
        result = drive(_play(case, target, Options(deadline=deadline)))
        if result.not_started:
            click.echo(result.not_started, err=True)
            return 3
        red += _show(result.judged[0], full)
        for complaint in result.complaints:
            click.echo(f"process: {complaint}")
    return 1 if red else 0


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


async def _play(case: Case, target: Target, options: Options) -> GroupResult:
    host = Host()
    await host.start()
    try:
        run = CaseRun(case, target.name, case.nonce("replay", 0), host.bindings)
        return await Group(target, case.scenario.profile, [run], host).run(options)
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
    click.echo("red" if judged.findings else "green")
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
