"""The command `doctor`: step by step, does a target start, answer, and use what it is given."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

import click

from smooth_operator_conformance.run.command import drive, listen_of
from smooth_operator_conformance.run.examination import examine
from smooth_operator_conformance.servers.profiles import PROFILES
from smooth_operator_conformance.servers.target import BadTarget, load_target
from smooth_operator_conformance.spec import SpecNotFound

TEMPLATE = """\
# How the runner starts this server. {port} and so on are filled in for each process.
command = ["./my-server"]           # {here} is the folder of this file
# cwd = "{here}"
health = "/health"                  # answers 200 once ready; "" = a TCP connection is enough
path = "/ws"                        # where the WebSocket is

# agents-file: it reads the file that SMOOTH_AGENT_AGENTS names (docs/reference/agents-file.md);
# env: it is told one gateway and one model; none: neither, so no scenario may script the model.
provision = "agents-file"
# profiles = ["shared"]             # all, unless its environment cannot express some
# exact = false                     # it may leave out keys that are always there in our servers
# must_declare = ["event_seq"]      # red if `welcome` lacks one of these capabilities

# Names of its own, beside SMOOTH_AGENT_PORT, SMOOTH_AGENT_AGENTS, SMOOAI_GATEWAY_URL and
# SMOOAI_GATEWAY_KEY, which are always set.
[env]
# MY_PORT = "{port}"
# MY_MODEL_URL = "{gateway}"
# MY_MODEL_KEY = "{key}"
# MY_MODEL = "{model}"              # with provision = "env"

[expected_fail]
# "turns/some-scenario" = "why it is known to fail; a pass is then red"
"""


@dataclass(frozen=True, slots=True)
class DoctorArgs:
    """The options of `doctor`, as typed."""

    target: str = "python"
    listen: str = ""
    seed: str = ""
    profile: str = ""


def doctor_command(args: DoctorArgs) -> int:
    """Print what is well, and the first thing that is not, with what to do.

    0 healthy, 1 not, 2 usage, 3 not started or not there.
    """
    try:
        target = load_target(args.target)
        listen = listen_of([target], args.listen)
        if (args.profile or "shared") not in PROFILES:
            there = ", ".join(PROFILES)
            raise ValueError(f"no profile is called {args.profile}; there are {there}")
    except (BadTarget, SpecNotFound, ValueError) as error:
        click.echo(str(error), err=True)
        return 2
    work = examine(
        target,
        listen,
        seed=args.seed,
        profile=args.profile,
        say=lambda text: click.echo(f"ok: {text}"),
    )
    unwell = drive(work)
    if unwell is None:
        click.echo(f"healthy; next: smooth-conformance run --target {shlex.quote(args.target)}")
        return 0
    click.echo(f"not: {unwell}")
    for cure in unwell.cures:
        click.echo(f" do: {cure}")
    return unwell.exit_code


def init_command(path: Path) -> int:
    """Write a target file to fill in; 2 when there is one."""
    if path.suffix != ".toml":
        path = path.with_name(f"{path.name}.toml")
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(TEMPLATE)
    except OSError as error:
        click.echo(f"cannot write {path}: {error.strerror}", err=True)
        return 2
    click.echo(f"fill in {path}, then: smooth-conformance doctor --target {shlex.quote(str(path))}")
    return 0
