"""`smooth-conformance`: the command line. Everything heavy is imported inside a command.

Exit codes: 0 all as expected, 1 regressions, 2 usage, 3 a target could not be started.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

VERSION = "0.1.0"


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="smooth-conformance")
def main() -> None:
    """Holds servers and clients of the smooth-operator protocol to its contract."""


@main.command()
@click.option("--target", "targets", multiple=True, help="NAME, FILE.toml, cmd:…, url:ws://…")
@click.option("--corpus", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--only", multiple=True, help="Glob over scenario names; may be repeated.")
@click.option("--jobs", default=32, show_default=True, help="Scenarios at a time in a process.")
@click.option("--processes", default=4, show_default=True, help="Server processes at a time.")
@click.option("--repeat", default=1, show_default=True, help="Copies of each scenario.")
@click.option("--deadline", default=10.0, show_default=True, help="Patience of a step, seconds.")
@click.option("--seed", default="", help="Makes the names of a run reproducible.")
@click.option("--listen", default="", help="HOST:PORT of gateway and tools (any free port).")
@click.option(
    "--report", type=click.Path(path_type=Path, file_okay=False), help="Report directory."
)
@click.option("--all", "every", is_flag=True, help="List green scenarios too.")
@click.option("--isolate", is_flag=True, help="One process for each scenario copy.")
@click.option(
    "--profile", default="", help="Only this profile (for url: what it was started with)."
)
def run(
    targets: tuple[str, ...],
    corpus: Path | None,
    only: tuple[str, ...],
    jobs: int,
    processes: int,
    repeat: int,
    deadline: float,
    seed: str,
    listen: str,
    report: Path | None,
    every: bool,
    isolate: bool,
    profile: str,
) -> None:
    """Run the corpus on one or more targets."""
    from smooth_operator_conformance.run.command import RunArgs, run_command

    args = RunArgs(
        targets=targets or ("python",),
        corpus=corpus,
        only=only,
        jobs=jobs,
        processes=processes,
        repeat=repeat,
        deadline=deadline,
        seed=seed,
        listen=listen,
        report=report,
        every=every,
        isolate=isolate,
        profile=profile,
    )
    raise SystemExit(run_command(args))


@main.command("list")
@click.option("--corpus", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--only", multiple=True)
@click.option("--check", is_flag=True, help="The corpus gate: exit 1 with every fault.")
@click.option("--update", is_flag=True, help="Write MANIFEST and the minimum counts anew.")
def list_(corpus: Path | None, only: tuple[str, ...], check: bool, update: bool) -> None:
    """List the scenarios, or check the corpus."""
    from smooth_operator_conformance.run.listing import list_command

    raise SystemExit(list_command(corpus, only, check=check, update=update))


_OF_URL = (
    click.option("--listen", default="", help="HOST:PORT of gateway and tools (any free port)."),
    click.option("--seed", default="", help="The seed of the agents file (for url:)."),
    click.option("--profile", default="", help="What a url: server was started with."),
)


def _provided(command: Callable[..., None]) -> Callable[..., None]:
    """The options with which a running server is found again, named like those of `run`."""
    for option in reversed(_OF_URL):
        command = option(command)
    return command


@main.command()
@click.argument("scenario")
@click.option("--target", default="python", show_default=True, help="As for run.")
@click.option("--corpus", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--deadline", default=10.0, show_default=True, help="Patience of a step, seconds.")
@click.option("--full", is_flag=True, help="Frames without cutting them.")
@_provided
def replay(**options: Any) -> None:
    """Run one SCENARIO (`area/slug` or `area/slug[case]`) and print its timeline."""
    from smooth_operator_conformance.run.replay import ReplayArgs, replay_command

    raise SystemExit(replay_command(ReplayArgs(**options)))


@main.command()
@click.option("--target", default="python", show_default=True, help="As for run.")
@click.option("--init", type=click.Path(path_type=Path), help="Write a target file to fill in.")
@_provided
def doctor(init: Path | None, **options: Any) -> None:
    """Say step by step whether a target starts, answers, and uses our gateway and agents."""
    from smooth_operator_conformance.run.doctor import DoctorArgs, doctor_command, init_command

    raise SystemExit(init_command(init) if init else doctor_command(DoctorArgs(**options)))


@main.command()
@click.option("--listen", default="127.0.0.1:8788", show_default=True, help="HOST:PORT for later.")
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False))
@click.option("--profile", default="shared", show_default=True)
@click.option("--seed", default="agents", show_default=True)
@click.option("--corpus", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--target", default="url:ws://127.0.0.1:8787", show_default=True)
@click.option(
    "--provision",
    type=click.Choice(["agents-file", "env", "none"]),
    default="agents-file",
    show_default=True,
    help="What the server can be told: agents, or only one gateway and model.",
)
def agents(**options: Any) -> None:
    """Write agents file, environment and target file with which any server can be started."""
    from smooth_operator_conformance.run.provision import AgentsArgs, agents_command

    raise SystemExit(agents_command(AgentsArgs(**options)))


def _attach() -> None:
    """Commands of other rooms, where those rooms exist; each imports its work lazily."""
    from importlib import import_module
    from importlib.util import find_spec

    for name in ("mutants", "diff", "flakes", "proxy", "clients"):
        module = f"smooth_operator_conformance.commands.{name}"
        if find_spec("smooth_operator_conformance.commands") and find_spec(module):
            main.add_command(import_module(module).command)


_attach()

if __name__ == "__main__":
    main()
