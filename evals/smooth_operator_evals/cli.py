"""`smooth-evals`: the command line. Everything heavy is imported inside a command.

Exit codes: 0 all passed, 1 something failed, 2 usage, 3 the target could not be asked.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import click

VERSION = "0.1.0"
_FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="smooth-evals")
def main() -> None:
    """Asks an agent questions and grades its answers."""
    missing = next((name for name in ("aiohttp", "rich") if find_spec(name) is None), None)
    if missing:
        raise click.ClickException(
            f"{missing} is missing: pip install 'smooth-operator-kit[evals]'"
        )


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
@click.option("--only", multiple=True, help="Glob over names, areas or area/name; may be repeated.")
@click.option("--repeat", type=click.IntRange(1), help="Times each is asked; 1, judged 3.")
@click.option(
    "--threshold",
    default=3.5,
    show_default=True,
    type=click.FloatRange(1, 5),
    help="The least mean of a judged question.",
)
@click.option(
    "--patience",
    default=180.0,
    show_default=True,
    type=click.FloatRange(0, min_open=True),
    help="Seconds a turn may take.",
)
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
    patience: float,
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
        patience=patience,
    )
    raise SystemExit(run_command(arguments, Console()))


@main.command("list")
@click.option("--questions", type=_FOLDER, help="A folder of questions in place of ours.")
@click.option("--only", multiple=True, help="Glob over names, areas or area/name; may be repeated.")
def list_(questions: Path | None, only: tuple[str, ...]) -> None:
    """List the questions, and check their files."""
    from smooth_operator_evals.questions import QuestionError, load

    try:
        found = load(questions, only)
    except QuestionError as error:
        raise click.UsageError(str(error)) from None
    for each in found:
        click.echo(f"{each.area:10} {each.name:26} {each.needs:10} {each.about}")
    offline = sum(each.needs == "documents" for each in found)
    click.echo(f"{len(found)} questions, {offline} of them also for the offline answerer")


@main.command()
@click.option("--listen", required=True, help="HOST:PORT where a later run plays the tools.")
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False))
def kit(listen: str, out: Path) -> None:
    """Write agents and documents with which any server can be asked our questions."""
    from smooth_operator_evals.answering.kit import write_kit

    try:
        env = write_kit(listen, out)
    except OSError as error:
        raise click.ClickException(f"{out} cannot be written: {error.strerror}") from None
    click.echo("Start the server with these and a model, then run the last line:")
    for name, value in env.items():
        click.echo(f"  {name}={value}")
    click.echo(f"  smooth-evals run --target ws://HOST:PORT/ws --listen {listen}")


@main.command()
@click.option("--labels", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--worst", default=8, show_default=True, help="Queries to list, the worst first.")
@click.option("--json", "as_json", is_flag=True, help="All figures as JSON.")
def retrieval(labels: Path | None, worst: int, as_json: bool) -> None:
    """Measure how well the knowledge base finds what our labelled queries need."""
    from rich.console import Console

    from smooth_operator_evals.retrieval.command import retrieval_command

    raise SystemExit(retrieval_command(labels, worst, as_json, Console()))


if __name__ == "__main__":
    main()
