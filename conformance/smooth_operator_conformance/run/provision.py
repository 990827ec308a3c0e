"""The command `agents`: everything with which somebody else can start a server for us.

It writes `agents.json` and `environment` for one profile, with the same names that a later
`run --target url:… --listen … --seed …` will use.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import click

from smooth_operator_conformance.run.command import drive, parse_address
from smooth_operator_conformance.run.corpus import corpus_dir, load_corpus
from smooth_operator_conformance.servers.agents_file import write_agents
from smooth_operator_conformance.servers.profiles import PROFILES, base_env, environment
from smooth_operator_conformance.servers.target import load_target
from smooth_operator_conformance.world.case_run import CaseRun


def agents_command(
    listen: str, out: Path, profile: str, seed: str, corpus: Path | None, target: str
) -> int:
    """Write the two files and say how to go on."""
    if profile not in PROFILES:
        click.echo(f"no profile is called {profile}; there are {', '.join(PROFILES)}", err=True)
        return 2
    host, port = parse_address(listen)
    target = load_target(target).name
    out.mkdir(parents=True, exist_ok=True)
    count = drive(_write(f"{host}:{port}", out, profile, seed, corpus, target))
    server_port = urlsplit(target.partition(":")[2]).port or 8787
    base = base_env(
        port=server_port,
        agents=str((out / "agents.json").resolve()),
        gateway_url=f"http://{host}:{port}/v1",
        host=f"http://{host}:{port}",
    )
    env = environment(PROFILES[profile], base, {})
    (out / "environment").write_text("".join(f"{k}={v}\n" for k, v in env.items()), "utf-8")
    click.echo(f"{count} agents in {out / 'agents.json'}")
    click.echo(f"start the server with the variables in {out / 'environment'}, then:")
    more = f"--listen {listen} --seed {seed} --profile {profile}"
    click.echo(f"smooth-conformance run --target {target} {more}")
    return 0


async def _write(
    address: str, out: Path, profile: str, seed: str, corpus: Path | None, target: str
) -> int:
    bindings = {"http": f"http://{address}", "address": address}
    runs = []
    for scenario in load_corpus(corpus_dir(corpus)):
        if scenario.profile == profile and not scenario.exclusive:
            for case in scenario.cases():
                nonce = case.nonce(f"{seed}/{target}", 0)
                runs.append(CaseRun(case, target, nonce, bindings))
    write_agents(out / "agents.json", runs)
    return sum(len(run.case.agents) for run in runs)
