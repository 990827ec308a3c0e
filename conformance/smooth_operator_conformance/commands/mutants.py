"""The command `mutants`: commits every fault on one target and says which the corpus noticed."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("mutants")
@click.option("--target", default="python", show_default=True)
@click.option("--corpus", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--only", multiple=True, help="Glob over scenario names; survivors are then not judged."
)
@click.option("--deadline", default=3.0, show_default=True, help="Patience of a step, seconds.")
@click.option("--report", type=click.Path(path_type=Path, file_okay=False))
@click.option("--no-source", is_flag=True, help="Leave out the source patches: a server each.")
@click.option("--pin-ids", is_flag=True, help="Write the ids of N anew, and nothing else.")
@click.option("--pin", is_flag=True, help="Write the ids of N and today's survivors anew.")
@click.option("--all", "every", is_flag=True, help="List survivors that are known, too.")
@click.option("--brief", is_flag=True, help="Count the dead and the equivalent; do not name them.")
def command(
    target: str,
    corpus: Path | None,
    only: tuple[str, ...],
    deadline: float,
    report: Path | None,
    no_source: bool,
    pin_ids: bool,
    pin: bool,
    every: bool,
    brief: bool,
) -> None:
    """Prove the corpus: run it, then once more for each fault that it should notice."""
    from smooth_operator_conformance.mutants.session import MutantArgs, pin_command, run_mutants

    if pin_ids:
        raise SystemExit(pin_command())
    args = MutantArgs(
        target=target,
        corpus=corpus,
        only=only,
        deadline=deadline,
        report=report,
        source=not no_source,
        pin=pin,
        every=every,
        brief=brief,
    )
    raise SystemExit(run_mutants(args))
