"""The command: `python -m bench [NAME…] [--peer PYTHON]`."""

from __future__ import annotations

import sys

import click

from bench.cases import CASES
from bench.conditions import Conditions
from bench.peer import Peer
from bench.table import lines


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(list(CASES)))
@click.option(
    "--peer",
    envvar="SMOOTH_BENCH_PEER",
    metavar="PYTHON",
    help="An interpreter with smooai-smooth-operator-server installed (SMOOTH_BENCH_PEER).",
)
def main(names: tuple[str, ...], peer: str | None) -> None:
    """Measure, compare, print; judges nothing. Linux only.

    CPU is processor time, which neighbours on the machine hardly change; elapsed time is what a
    clock on the wall says.
    """
    if sys.platform != "linux":
        raise click.ClickException("processor time is read from /proc: not measured here")
    if peer is None:
        click.echo("no --peer: not compared with the published server")
    conditions = Conditions(Peer(peer) if peer else None)
    for name in names or CASES:
        click.echo(f"\n{name}")
        for line in lines(CASES[name](conditions)):
            click.echo(f"  {line}")


if __name__ == "__main__":
    main()
