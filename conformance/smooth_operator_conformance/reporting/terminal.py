"""The terminal: a scenario by target matrix, what is red, and the totals as the last line.

Rich is imported only when something is printed, because `--version` has to be quick.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from smooth_operator_conformance.records import REGRESSIONS
from smooth_operator_conformance.reporting import coverage
from smooth_operator_conformance.reporting.aggregate import (
    Cell,
    applicable,
    cells,
    matrix,
    summary_line,
    totals,
)
from smooth_operator_conformance.reporting.collector import Run
from smooth_operator_conformance.reporting.replaying import command
from smooth_operator_conformance.reporting.wording import block

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

MARKS: Mapping[str, tuple[str, str]] = {
    "pass": ("ok", "green"),
    "fail": ("FAIL", "bold red"),
    "expected-fail": ("xfail", "yellow"),
    "unexpected-pass": ("XPASS", "bold red"),
    "not-applicable": ("n/a", "dim"),
    "could-not-run": ("no run", "magenta"),
    "rescued": ("rescued", "cyan"),
}
"""Words, not only colours: a log file and a colour-blind reader see the same."""


def print_run(run: Run, console: Console | None = None, *, every: bool = False) -> None:
    """Print a run; scenarios that are green everywhere only when `every` asks for them."""
    from rich.console import Console as RichConsole

    console = console or RichConsole(highlight=False)
    found = cells(run.cases)
    rows = matrix(found)
    shown = {name: row for name, row in rows.items() if every or not _green(row)}
    if shown:
        console.print(_matrix_table(run, shown))
    if len(shown) < len(rows):
        console.print(f"{len(rows) - len(shown)} scenarios green on every target", style="dim")
    _print_failures(console, found)
    _print_targets(console, run, found)
    if run.requirements is not None:
        console.print(coverage.line(run.requirements), markup=False)
    console.print(summary_line(totals(run.cases)), markup=False, soft_wrap=True)


def _green(row: Mapping[str, Cell]) -> bool:
    return all(cell.outcome in ("pass", "not-applicable") for cell in row.values())


def _matrix_table(run: Run, rows: Mapping[str, Mapping[str, Cell]]) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    table.add_column("scenario", overflow="fold")
    for name in run.targets:
        table.add_column(Text(name), justify="center")
    for scenario, row in rows.items():
        table.add_row(Text(scenario), *(_mark(row.get(name)) for name in run.targets))
    return table


def _mark(cell: Cell | None) -> Text:
    from rich.text import Text

    if cell is None:
        return Text("")
    word, style = MARKS[cell.outcome]
    return Text(word, style=style)


def _print_failures(console: Console, found: Sequence[Cell]) -> None:
    for cell in found:
        for case in cell.cases:
            if case.outcome not in REGRESSIONS:
                continue
            console.print()
            title = f"{case.outcome}: {case.label} on {case.target}"
            console.print(title, style="bold red", markup=False, soft_wrap=True)
            for finding in case.findings:
                console.print(block(finding), markup=False, soft_wrap=True)
            console.print(command(case), style="dim", markup=False, soft_wrap=True)


def _print_targets(console: Console, run: Run, found: Sequence[Cell]) -> None:
    for name in run.targets:
        info = run.target(name)
        if info.unavailable:
            text = f"{name}: could not be started: {info.unavailable}"
            console.print(text, style="magenta", markup=False, soft_wrap=True)
            continue
        asked, every = applicable(cell for cell in found if cell.target == name)
        version = f" {info.version}" if info.version else ""
        console.print(f"{name}{version}: {asked} of {every} applicable", markup=False)
