"""The command `flakes`: many runs of the corpus, and what was not the same in all of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click


@click.command("flakes")
@click.option("--runs", default=100, show_default=True, type=click.IntRange(1), help="In a row.")
@click.option("--target", default="python", show_default=True, help="As for run.")
@click.option("--corpus", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--only", multiple=True, help="Glob over scenario names; may be repeated.")
@click.option("--processes", default=4, show_default=True, help="Server processes at a time.")
@click.option("--deadline", default=10.0, show_default=True, help="Patience of a step, seconds.")
@click.option("--seed", default="", help="Begins the seed of each run.")
@click.option(
    "--report",
    default=Path("report/flakes"),
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Log of the series, traces of what was red; a series there is continued.",
)
@click.option("--fresh", is_flag=True, help="Begin anew instead of going on.")
def command(**options: Any) -> None:
    """Run the corpus again and again; exit 1 when anything failed that nobody rescued."""
    from smooth_operator_conformance.run.flakes import FlakesArgs, flakes_command

    raise SystemExit(flakes_command(FlakesArgs(**options)))
