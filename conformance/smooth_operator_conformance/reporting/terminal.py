"""The terminal: a scenario by target matrix, what is red, and the totals as the last line.

Rich is imported only when something is printed, because `--version` has to be quick.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
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
from smooth_operator_conformance.reporting.wording import block, printable

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


MOST_REASONS = 8
QUIET = frozenset({"pass", "not-applicable", "could-not-run"})
"""Not listed one by one: hundreds that could not run have few reasons, which are told instead."""


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
        console.print(f"{len(rows) - len(shown)} scenarios without a failure", style="dim")
    _print_failures(console, run, found)
    _print_targets(console, run, found)
    if run.requirements is not None:
        _say(console, coverage.line(run.requirements))
    _say(console, summary_line(totals(run.cases)))


def _green(row: Mapping[str, Cell]) -> bool:
    return all(cell.outcome in QUIET for cell in row.values())


def _matrix_table(run: Run, rows: Mapping[str, Mapping[str, Cell]]) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    table.add_column("scenario", overflow="fold")
    for name in run.targets:
        table.add_column(Text(printable(name)), justify="center")
    for scenario, row in rows.items():
        table.add_row(Text(printable(scenario)), *(_mark(row.get(name)) for name in run.targets))
    return table


def _mark(cell: Cell | None) -> Text:
    from rich.text import Text

    if cell is None:
        return Text("")
    word, style = MARKS[cell.outcome]
    return Text(word, style=style)


def _print_failures(console: Console, run: Run, found: Sequence[Cell]) -> None:
    for cell in found:
        for case in cell.cases:
            if case.outcome not in REGRESSIONS:
                continue
            console.print()
            _say(console, f"{case.outcome}: {case.label} on {case.target}", style="bold red")
            for finding in case.findings:
                _say(console, block(finding))
            _say(console, command(case, run.target(case.target)), style="dim")


def _print_targets(console: Console, run: Run, found: Sequence[Cell]) -> None:
    for name in run.targets:
        info = run.target(name)
        if info.unavailable:
            _say(console, f"{name}: could not be started: {info.unavailable}", style="magenta")
            continue
        asked, every = applicable(cell for cell in found if cell.target == name)
        version = f" {info.version}" if info.version else ""
        _say(console, f"{name}{version}: {asked} of {every} applicable")
        for reason, number in _reasons(cell for cell in found if cell.target == name):
            _say(console, f"  {number} could not run: {reason}", style="dim")


def _reasons(found: Iterable[Cell]) -> list[tuple[str, int]]:
    """Why cells could not run, the commonest first; the rest in one."""
    counted = Counter(
        next((case.reason for case in cell.cases if case.outcome == "could-not-run"), "")
        for cell in found
        if cell.outcome == "could-not-run"
    )
    told = counted.most_common(MOST_REASONS)
    rest = counted.total() - sum(number for _, number in told)
    return [*told, (f"{len(counted) - len(told)} other reasons", rest)] if rest else told


def _say(console: Console, text: str, style: str | None = None) -> None:
    console.print(printable(text), style=style, markup=False, soft_wrap=True)
