"""`smooth-evals`: the command line. Everything heavy is imported inside a command.

Exit codes: 0 all passed, 1 something failed, 2 usage, 3 the target could not be asked.
"""

from __future__ import annotations

from pathlib import Path

import click

VERSION = "0.1.0"
_FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="smooth-evals")
def main() -> None:
    """Asks an agent questions and grades its answers."""


@main.command()
@click.option("--target", default="local", show_default=True, help="local, or ws://… of a server.")
@click.option("--token", envvar="SMOOTH_EVALS_TOKEN", help="Who asks, where the server wants it.")
@click.option("--listen", help="HOST:PORT of our tools, as given to `smooth-evals kit`.")
@click.option(
    "--model",
    default="auto",
    show_default=True,
    type=click.Choice(["auto", "offline", "scripted", "scripted-bad", "gateway"]),
    help="Who answers on the local target.",
)
@click.option("--questions", type=_FOLDER, help="A folder of questions in place of ours.")
@click.option("--only", multiple=True, help="Glob over question names; may be repeated.")
@click.option("--repeat", type=click.IntRange(1), help="Times each is asked; 1, judged 3.")
@click.option("--threshold", default=3.5, show_default=True, type=click.FloatRange(1, 5))
@click.option("--report", type=click.Path(path_type=Path, file_okay=False), help="Result files.")
def run(
    target: str,
    token: str | None,
    listen: str | None,
    model: str,
    questions: Path | None,
    only: tuple[str, ...],
    repeat: int | None,
    threshold: float,
    report: Path | None,
) -> None:
    """Ask the questions and grade the answers."""
    from rich.console import Console

    from smooth_operator_evals.run import Arguments, run_command

    arguments = Arguments(
        target=target,
        token=token,
        listen=listen,
        model=model,
        questions=questions,
        only=only,
        repeat=repeat,
        report=report,
        threshold=threshold,
    )
    raise SystemExit(run_command(arguments, Console()))


if __name__ == "__main__":
    main()
