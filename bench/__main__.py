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
from bench.results import Results, Taken
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
@click.option("--update", is_flag=True, help="Keep the other cases that --out already holds.")
@click.option("--write-docs", is_flag=True, help="Measure nothing: docs/ from the file of --out.")
def main(
    names: tuple[str, ...],
    peer: str | None,
    make_peer: bool,
    quick: bool,
    out: Path,
    update: bool,
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
    conditions = _conditions(peer, make_peer, quick)
    run = _begun(conditions, out if update else None)
    for name in names or CASES:
        run = _with(run, name, conditions)
        results.write(out, run)
    _close(run, out)


def _begun(conditions: Conditions, kept: Path | None) -> Results:
    """Without rows, or with those that are to be kept."""
    allow_files()
    peer = conditions.peer.version if conditions.peer else f"none: {conditions.missing}"
    new = Results(machine.facts(), machine.versions(peer), {}, [])
    if kept is None or not kept.exists():
        return new
    old = _read(kept)
    if not old.same_conditions(new):
        raise click.ClickException(f"{kept}: another machine or other versions; measure it whole")
    return old


def _with(run: Results, name: str, conditions: Conditions) -> Results:
    """The run with one more case, which is also printed."""
    click.echo(f"\n{name}")
    before, date = machine.load(), datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    rows = CASES[name](conditions)
    for line in table.lines(rows):
        click.echo(f"  {line}")
    return run.with_case(name, Taken(date, (before, machine.load()), conditions.quick), rows)


def _close(run: Results, out: Path) -> None:
    """The last lines. Raises `ClickException` if our own server did not serve a row."""
    click.echo(f"\nwritten: {out}")
    for line in summary.lines(run.rows):
        click.echo(line)
    if any(row.ours.status == "failed" for row in run.rows):
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


def _document(out: Path) -> None:
    """The results become the documented ones, and the documents are written from them."""
    _read(out)
    if out.resolve() != docs.RESULTS:
        shutil.copyfile(out, docs.RESULTS)
    for path in docs.write():
        click.echo(f"written: {path}")


def _read(path: Path) -> Results:
    try:
        return results.read(path)
    except (OSError, ValueError) as error:
        raise click.ClickException(str(error)) from None


if __name__ == "__main__":
    main()
