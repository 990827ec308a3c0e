"""The run on a terminal: a table, what failed and why, one line for the judge, one for all."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from smooth_operator_evals.answering.target import NO_MODEL
from smooth_operator_evals.records import Result, Run
from smooth_operator_evals.reporting.wording import (
    by_area,
    failure,
    last_line,
    printable,
    worst_reason,
)

SHOWN = 300
"""Characters of an answer that are shown under a failure."""


def show(run: Run, console: Console) -> None:
    """Print everything a person wants to know first."""
    console.print(_table(run.results))
    for model in sorted({result.model for result in run.results}):
        if model in NO_MODEL:
            _line(console, f"{model}: {NO_MODEL[model]}", "dim")
    for result in run.results:
        if not result.passed:
            _failed(result, console)
    for name, reason in run.not_played.items():
        _line(console, f"not played  {name}: {reason}")
    _line(console, "\n" + by_area(run.results))
    _bad_answers(run, console)
    _judge(run, console)
    style = "green" if run.passed else "red"
    console.print(f"[bold {style}]{escape(last_line(run))}[/]", soft_wrap=True, highlight=False)


def _table(results: Sequence[Result]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    judged = any(result.judged for result in results)
    for heading in ("", "area", "question", "score", *(["judge"] * judged), "answered by"):
        table.add_column(heading, no_wrap=True)
    for result in results:
        mark = "[green]✓[/]" if result.passed else "[red]✗[/]"
        name = result.question.name + (f" / {result.bad}" if result.bad else "")
        name += f" #{result.attempt}" if result.attempt > 1 else ""
        judge = [str((result.judged and result.judged.score) or "?")] if judged else []
        table.add_row(
            mark,
            result.question.area,
            escape(printable(name)),
            f"{result.score:.2f}",
            *judge,
            escape(printable(result.model)),
        )
    return table


def _failed(result: Result, console: Console) -> None:
    _line(console, "")
    name = result.question.name + (f" / {result.bad}" if result.bad else "")
    _line(console, f"✗ {name}: {result.question.about}", "red")
    for verdict in result.failures:
        _line(console, f"    {failure(verdict, len(result.turns))}")
    for turn in result.turns:
        _line(console, f"    asked: {turn.said}", "dim")
        answer = turn.text if len(turn.text) <= SHOWN else f"{turn.text[:SHOWN]} …"
        _line(console, f"    answer: {answer or '(none)'}", "dim")


def _bad_answers(run: Run, console: Console) -> None:
    if not run.caught:
        return
    missed = [each for each in run.caught if not each.caught]
    number = len(run.caught)
    _line(console, f"graders: {number - len(missed)} of {number} seeded bad answers caught")
    for each in missed:
        text = f"{each.question} / {each.bad}: {', '.join(each.expected)} should have failed"
        _line(console, f"    {text}, not {', '.join(each.failed) or 'nothing'}", "red")


def _judge(run: Run, console: Console) -> None:
    judge = run.judge
    if judge.skipped:
        _line(console, f"judge: SKIPPED, nothing was judged: {judge.skipped}", "yellow")
        return
    for name, mean in judge.means.items():
        _line(console, f"judge: {name}: mean {mean:.2f}, worst {judge.worst[name]} of 5")
        if name in judge.below:
            _line(console, f"    {worst_reason(run, name)}", "red")
    for error in judge.errors:
        _line(console, f"judge: {error}", "red")
    if judge.mean is not None:
        low = f"; below: {', '.join(judge.below)}" if judge.below else ""
        worst = min(judge.worst.values())
        text = f"judge {judge.model}: mean {judge.mean:.2f}, worst {worst} of 5"
        _line(console, f"{text}, threshold {judge.threshold:g}{low}")


def _line(console: Console, text: str, style: str = "") -> None:
    console.print(escape(printable(text)), style=style or None, soft_wrap=True, highlight=False)
