"""summary.md: the run on one page, for a pull request or a CI job summary."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from smooth_operator_conformance.records import REGRESSIONS
from smooth_operator_conformance.reporting import coverage
from smooth_operator_conformance.reporting.aggregate import (
    Cell,
    applicable,
    cells,
    summary_line,
    totals,
)
from smooth_operator_conformance.reporting.collector import Run
from smooth_operator_conformance.reporting.replaying import command
from smooth_operator_conformance.reporting.wording import block, shorten

MOST_FAILURES = 50
"""Job summaries are limited to 1 MB; the HTML page has them all."""


def render(run: Run) -> str:
    """The whole page."""
    found = cells(run.cases)
    parts = ["# Conformance", "", summary_line(totals(run.cases)) + "."]
    if run.end is None:
        parts += ["", "**The run was interrupted: its stream has no end.**"]
    for target in run.start.targets:
        if target.unavailable:
            text = inline(target.unavailable)
            parts += ["", f"**{inline(target.name)} could not be started:** {text}"]
    if found:
        parts += ["", *_targets(run, found), "", *_areas(run, found)]
    parts += [*_failures(run, found), *_reasons(found), *_mutants(run)]
    return "\n".join(parts) + "\n"


def _targets(run: Run, found: Sequence[Cell]) -> list[str]:
    rows = []
    for name in run.targets:
        mine = [cell for cell in found if cell.target == name]
        asked, every = applicable(mine)
        broken = sum(cell.outcome in REGRESSIONS for cell in mine)
        version = run.target(name).version
        rows.append((name, version, f"{asked} of {every}", str(asked - broken), str(broken)))
    return _table(("Target", "Version", "Applicable", "As expected", "Failed"), rows)


def _areas(run: Run, found: Sequence[Cell]) -> list[str]:
    areas = sorted({cell.area for cell in found})
    rows = []
    for area in areas:
        row = [area]
        for name in run.targets:
            mine = [cell for cell in found if cell.area == area and cell.target == name]
            asked, _ = applicable(mine)
            broken = sum(cell.outcome in REGRESSIONS for cell in mine)
            mark = "–" if not asked else f"{asked - broken}/{asked}"
            row.append(f"**{mark}**" if broken else mark)
        rows.append(row)
    return _table(("Area", *run.targets), rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = [_row(head), _row(["---"] * len(head))]
    return lines + [_row(row) for row in rows]


def _row(values: Sequence[str]) -> str:
    return "| " + " | ".join(inline(value) for value in values) + " |"


def inline(text: str) -> str:
    """Text that stays in its table cell."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def _failures(run: Run, found: Sequence[Cell]) -> list[str]:
    red = [case for cell in found for case in cell.cases if case.outcome in REGRESSIONS]
    if not red:
        return []
    lines = ["", f"## Failures ({len(red)})"]
    for case in red[:MOST_FAILURES]:
        body = "\n".join(block(finding) for finding in case.findings) or case.reason
        lines += ["", f"### {inline(case.label)} on {inline(case.target)}: {case.outcome}", ""]
        lines += _fenced(shorten(body, 6000)) if body else []
        lines += _fenced(command(case, run.target(case.target)))
    if len(red) > MOST_FAILURES:
        lines += ["", f"…and {len(red) - MOST_FAILURES} more: see index.html."]
    return lines


def _fenced(text: str) -> list[str]:
    """A code block that its content cannot close: its fence is longer than any run within."""
    fence = "```"
    while fence in text:
        fence += "`"
    return [fence, text, fence]


def _reasons(found: Sequence[Cell]) -> list[str]:
    lines: list[str] = []
    for outcome, title in (
        ("could-not-run", "Could not run"),
        ("rescued", "Rescued"),
        ("expected-fail", "Failed as expected"),
    ):
        cases = [case for cell in found for case in cell.cases if case.outcome == outcome]
        if cases:
            lines += ["", f"## {title} ({len(cases)})", ""]
            lines += [
                f"- {inline(case.label)} on {inline(case.target)}: {inline(case.reason)}"
                for case in cases
            ]
    return lines


def _mutants(run: Run) -> list[str]:
    lines: list[str] = []
    if run.requirements is not None:
        lines += ["", "## Requirements", "", coverage.line(run.requirements) + "."]
    if run.mutant_totals is not None:
        counts = run.mutant_totals
        lines += ["", "## Mutants", "", f"mutants: {counts.killed} of {counts.total} killed; "]
        lines[-1] += f"shape: {counts.shape_killed} of {counts.shape_total}; "
        lines[-1] += f"equivalent: {counts.equivalent}."
        lines += ["", *(f"- {inline(reason)}" for reason in counts.red)] if counts.red else []
    return lines
