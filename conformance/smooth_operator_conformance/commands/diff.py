"""The command `diff`: what changed between two report directories."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("diff")
@click.argument("before", type=click.Path(path_type=Path, exists=True))
@click.argument("after", type=click.Path(path_type=Path, exists=True))
def command(before: Path, after: Path) -> None:
    """Compare two runs (report directories, or their results.jsonl); exit 1 when AFTER is worse."""
    from smooth_operator_conformance.record_io import BadRecord
    from smooth_operator_conformance.reporting.collector import load
    from smooth_operator_conformance.reporting.diff import compare, render
    from smooth_operator_conformance.reporting.wording import printable

    try:
        found = compare(load(before), load(after))
    except (OSError, BadRecord) as error:
        click.echo(str(error), err=True)
        raise SystemExit(2) from error
    click.echo(printable(render(found)), nl=False)
    raise SystemExit(1 if found.worse else 0)
