"""The command: `python -m bench [NAME…]` measures, `python -m bench --write-docs` documents."""

from __future__ import annotations

import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from bench import docs, machine, results, summary, table
from bench.cases import CASES
from bench.children import allow_files
from bench.conditions import Conditions
from bench.peer import NoPeer, Peer
from bench.row import Row
from interop import environments


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(list(CASES)))
@click.option(
    "--peer",
    envvar="SMOOTH_BENCH_PEER",
    metavar="PYTHON",
    help="An interpreter with smooai-smooth-operator-server installed (SMOOTH_BENCH_PEER).",
)
@click.option(
    "--make-peer", is_flag=True, help="Without --peer: make the environment it needs, once."
)
@click.option("--quick", is_flag=True, help="One short round of each: to try it, not to quote it.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("report/bench.json"),
    show_default=True,
    help="Where the results go, as data.",
)
@click.option("--write-docs", is_flag=True, help="Measure nothing: docs/ from the file of --out.")
def main(
    names: tuple[str, ...],
    peer: str | None,
    make_peer: bool,
    quick: bool,
    out: Path,
    write_docs: bool,
) -> None:
    """Measure, compare, print; a missed budget is told, not punished. Linux only.

    CPU is processor time, which neighbours on the machine hardly change; elapsed time is what a
    clock on the wall says.
    """
    if write_docs:
        _document(out)
        return
    if sys.platform != "linux":
        raise click.ClickException("processor time is read from /proc: not measured here")
    rows = _measure(names or tuple(CASES), _conditions(peer, make_peer, quick), out)
    if any(row.ours.status == "failed" for row in rows):
        raise click.ClickException("our own server did not serve; see the errors above")


def _conditions(peer: str | None, make: bool, quick: bool) -> Conditions:
    """What there is to compare with; an interpreter that was named must have the server."""
    missing = "no --peer given"
    if peer is None and make:
        try:
            peer = str(environments.prepare(environments.SERVER).python)
        except environments.NotMade as error:
            missing = str(error)
    if peer is None:
        click.echo(f"NOT compared with the published server: {missing}")
        return Conditions(None, missing, quick)
    found = Peer(peer)
    try:
        click.echo(f"compared with the {found.name} server")
    except NoPeer as error:
        raise click.ClickException(str(error)) from None
    return Conditions(found, quick=quick)


def _measure(names: tuple[str, ...], conditions: Conditions, out: Path) -> list[Row]:
    allow_files()
    rows: list[Row] = []
    before = machine.load()
    for name in names:
        click.echo(f"\n{name}")
        measured = CASES[name](conditions)
        for line in table.lines(measured):
            click.echo(f"  {line}")
        rows += measured
    peer = conditions.peer.version if conditions.peer else f"none: {conditions.missing}"
    date = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    load = (before, machine.load())
    run = results.Results(
        date, machine.facts(), machine.versions(peer), load, conditions.quick, rows
    )
    results.write(out, run)
    click.echo(f"\nwritten: {out}")
    for line in summary.lines(rows):
        click.echo(line)
    return rows


def _document(out: Path) -> None:
    """The results become the documented ones, and the documents are written from them."""
    try:
        results.read(out)
    except (OSError, ValueError) as error:
        raise click.ClickException(str(error)) from None
    if out.resolve() != docs.RESULTS:
        shutil.copyfile(out, docs.RESULTS)
    for path in docs.write():
        click.echo(f"written: {path}")


if __name__ == "__main__":
    main()
