"""The command `clients`: holds clients to the contract, through their drivers."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("clients")
@click.option("--target", "targets", multiple=True, help="python, cmd:COMMAND, a .toml, null:…")
@click.option("--corpus", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--only", multiple=True, help="Glob over scenario names; may be repeated.")
@click.option("--jobs", default=4, show_default=True, help="Drivers at a time.")
@click.option("--deadline", default=10.0, show_default=True, help="Patience of a step, seconds.")
@click.option("--report", type=click.Path(path_type=Path, file_okay=False))
@click.option("--frames", is_flag=True, help="Print every frame, command and output.")
@click.option("--mutants", is_flag=True, help="Break the client, too: every fault must be seen.")
@click.option("--brief", is_flag=True, help="With --mutants: count the dead; do not name them.")
@click.option("--all", "every", is_flag=True, help="List green scenarios too.")
def command(
    targets: tuple[str, ...],
    corpus: Path | None,
    only: tuple[str, ...],
    jobs: int,
    deadline: float,
    report: Path | None,
    frames: bool,
    mutants: bool,
    brief: bool,
    every: bool,
) -> None:
    """Play the client scenarios: we are the server, your driver is the client."""
    from smooth_operator_conformance.clients.command import ClientArgs, clients_command

    args = ClientArgs(
        targets=targets or ("python",),
        corpus=corpus,
        only=only,
        jobs=jobs,
        deadline=deadline,
        report=report,
        every=every,
        frames=frames,
        mutants=mutants,
        brief=brief,
    )
    raise SystemExit(clients_command(args))
