"""The command `agents`: everything with which somebody else can start a server for us.

It writes `agents.json`, `environment` and `target.toml` for one profile; a later `run`, `replay`
or `doctor --target OUT/target.toml` then knows the URL, the names, and where to listen.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import click

from smooth_operator_conformance.run.command import drive, parse_address
from smooth_operator_conformance.run.corpus import corpus_dir, load_corpus
from smooth_operator_conformance.run.examination import doctor_case
from smooth_operator_conformance.run.naming import OWN_LANE, PROVIDED_SEED, provided_nonce
from smooth_operator_conformance.scenario.load import BadScenario
from smooth_operator_conformance.scenario.model import Case
from smooth_operator_conformance.servers.agents_file import write_agents
from smooth_operator_conformance.servers.profiles import PROFILES, base_env, environment
from smooth_operator_conformance.servers.target import BadTarget, Target, load_target
from smooth_operator_conformance.spec import SpecNotFound
from smooth_operator_conformance.world.case_run import CaseRun
from smooth_operator_conformance.world.gateway import lane_path


@dataclass(frozen=True, slots=True)
class AgentsArgs:
    """The options of `agents`, as typed."""

    listen: str
    out: Path
    profile: str = "shared"
    seed: str = PROVIDED_SEED
    corpus: Path | None = None
    target: str = "url:ws://127.0.0.1:8787"
    provision: str = "agents-file"


def agents_command(args: AgentsArgs) -> int:
    """Write the files and say how to go on; 0, or 2 when something asked for does not exist."""
    if args.profile not in PROFILES:
        there = ", ".join(PROFILES)
        click.echo(f"no profile is called {args.profile}; there are {there}", err=True)
        return 2
    try:
        host, port = parse_address(args.listen)
        if not port:
            raise ValueError("--listen needs a port of its own, e.g. 127.0.0.1:8788")
        target = load_target(args.target)
        if not target.url:
            raise BadTarget(f"{args.target} is started by the runner, which provides it itself")
        cases = list(_cases(args))
        args.out.mkdir(parents=True, exist_ok=True)
    except (BadScenario, BadTarget, SpecNotFound, ValueError, OSError) as error:
        click.echo(str(error), err=True)
        return 2
    count = drive(_write(f"{host}:{port}", args, cases))
    _write_environment(args, target, f"http://{host}:{port}")
    (args.out / "target.toml").write_text(target_file(args, target), "utf-8")
    _say(args, count)
    return 0


def _say(args: AgentsArgs, count: int) -> None:
    out = args.out
    if args.provision == "agents-file":
        click.echo(f"{count} agents in {out / 'agents.json'}")
    click.echo(f"1. start your server with the variables of {out / 'environment'}:")
    click.echo(f"   set -a; . {shlex.quote(str(out / 'environment'))}; set +a; YOUR-SERVER")
    if args.provision == "env":
        click.echo("   and tell it the model: the key `model` of target.toml says which name")
    for number, verb in ((2, "doctor"), (3, "run")):
        more = " --report report" if verb == "run" else ""
        where = shlex.quote(str(out / "target.toml"))
        click.echo(f"{number}. smooth-conformance {verb} --target {where}{more}")


def _cases(args: AgentsArgs) -> list[Case]:
    scenarios = load_corpus(corpus_dir(args.corpus))
    fitting = [s for s in scenarios if s.profile == args.profile and not s.exclusive]
    return [doctor_case(), *(case for scenario in fitting for case in scenario.cases())]


async def _write(address: str, args: AgentsArgs, cases: list[Case]) -> int:
    bindings = {"http": f"http://{address}", "address": address}
    runs = [CaseRun(case, "", provided_nonce(case, args.seed), bindings) for case in cases]
    if args.provision == "agents-file":
        write_agents(args.out / "agents.json", runs)
    return sum(len(run.case.agents) for run in runs)


def _write_environment(args: AgentsArgs, target: Target, host: str) -> None:
    path = lane_path(OWN_LANE) if args.provision == "env" else "/v1"
    base = base_env(
        port=urlsplit(target.url).port or 8787,
        agents=str((args.out / "agents.json").resolve()),
        gateway_url=host + path,
        host=host,
    )
    env = environment(PROFILES[args.profile], base, {})
    if args.provision == "env":
        del env["SMOOTH_AGENT_AGENTS"]
    lines = "".join(f"{name}={shlex.quote(value)}\n" for name, value in env.items())
    (args.out / "environment").write_text(lines, "utf-8")


def target_file(args: AgentsArgs, target: Target) -> str:
    """The text of `target.toml`."""
    rows = {
        "name": target.name,
        "url": f"{target.url}{target.path}",
        "provision": args.provision,
        "listen": args.listen,
        "seed": args.seed,
        "profile": args.profile,
    }
    if args.provision == "env":
        rows["model"] = target.model
    lines = [f'{name} = "{value}"' for name, value in rows.items()]
    head = "# A server that runs, started with the variables of the file `environment` beside this."
    return "\n".join([head, *lines, ""])
