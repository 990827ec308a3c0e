"""The command `diff`: what changed between two report directories."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("diff")
@click.argument("before", type=click.Path(path_type=Path, exists=True))
@click.argument("after", type=click.Path(path_type=Path, exists=True))
@click.option("--markdown", "as_comment", is_flag=True, help="A comment for a change.")
def command(before: Path, after: Path, as_comment: bool) -> None:
    """Compare two runs (report directories, or their results.jsonl).

    Exit 0 when AFTER is not worse, 1 when something broke or is no longer asked, 2 when a run
    cannot be read.
    """
    from smooth_operator_conformance.record_io import BadRecord
    from smooth_operator_conformance.reporting.collector import load
    from smooth_operator_conformance.reporting.diff import compare, markdown, render
    from smooth_operator_conformance.reporting.wording import printable

    try:
        found = compare(load(before), load(after))
    except (OSError, BadRecord) as error:
        click.echo(str(error), err=True)
        raise SystemExit(2) from error
    click.echo(printable(markdown(found) if as_comment else render(found)), nl=False)
    raise SystemExit(1 if found.worse else 0)
