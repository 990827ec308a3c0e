"""index.html: one file without outside resources that shows a run to a person.

Everything is in the markup; the script only filters, so the page can be read, searched and printed
without it, and used from the keyboard alone. All text from outside passes `escape`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from importlib.resources import files

from smooth_operator_conformance.records import OUTCOMES, CaseResult
from smooth_operator_conformance.reporting import coverage
from smooth_operator_conformance.reporting.aggregate import (
    WORDS,
    Cell,
    applicable,
    area_of,
    cells,
    failed,
    matrix,
    totals,
)
from smooth_operator_conformance.reporting.collector import Run
from smooth_operator_conformance.reporting.html_case import anchor, details
from smooth_operator_conformance.reporting.html_mutants import section as mutants
from smooth_operator_conformance.reporting.terminal import MARKS

TELLING = frozenset({"fail", "unexpected-pass", "rescued", "expected-fail", "could-not-run"})
"""Outcomes that get a section of their own."""


def render(run: Run) -> str:
    """The whole page."""
    found = cells(run.cases)
    return "\n".join(
        (
            "<!doctype html>",
            '<html lang="en">',
            *_head(),
            "<body>",
            '<a class="skip" href="#matrix">Skip to the matrix</a>',
            *_intro(run, found),
            *_filter(),
            *_matrix(run, matrix(found)),
            *_sections(run, found),
            *mutants(run),
            f"<script>{_asset('page.js')}</script>",
            "</body>",
            "</html>",
            "",
        )
    )


def _asset(name: str) -> str:
    return files(__package__).joinpath("assets", name).read_text(encoding="utf-8")


def _head() -> Iterator[str]:
    policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
    yield "<head>"
    yield '<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield "<title>Conformance</title>"
    yield f"<style>{_asset('page.css')}</style>"
    yield "</head>"


def _intro(run: Run, found: tuple[Cell, ...]) -> Iterator[str]:
    start = run.start
    versions = f"spec {start.spec_version}, runner {start.runner_version}, {start.started_at}"
    yield "<header>"
    yield "<h1>Conformance</h1>"
    yield f'<p class="soft">{escape(versions)}</p>'
    if run.end is None:
        yield '<p class="alert">The run was interrupted: its stream has no end.</p>'
    for target in start.targets:
        if target.unavailable:
            text = f"{target.name} could not be started: {target.unavailable}"
            yield f'<p class="alert">{escape(text)}</p>'
    yield '<ul class="numbers">'
    for name, number in _numbers(run):
        yield f"<li><b>{number}</b> {escape(name)}</li>"
    yield "</ul>"
    for name in run.targets:
        info = run.target(name)
        if info.unavailable:
            continue
        asked, every = applicable(cell for cell in found if cell.target == name)
        told = f"{name} {info.version}".strip()
        yield f'<p class="soft">{escape(told)}: {asked} of {every} applicable</p>'
    if any(case.outcome in TELLING for cell in found for case in cell.cases):
        yield '<p><a href="#not-green">What is not green</a></p>'
    yield "</header>"


def _numbers(run: Run) -> Iterator[tuple[str, str]]:
    counts = totals(run.cases)
    yield "scenarios", str(counts.scenarios)
    yield "checks", str(counts.checks)
    yield "cells failed", str(failed(counts))
    yield "cells", str(counts.cells)
    yield "laws evaluated", str(counts.laws)
    yield "frames validated", str(counts.frames)
    if run.requirements is not None:
        found = run.requirements
        yield "MUSTs proven", str(len(found.proven))
        yield "MUSTs claimed", str(len(found.claimed))
        yield "MUSTs unobservable", str(len(found.unobservable))
    if run.mutant_totals is not None:
        yield "mutants killed", f"{run.mutant_totals.killed} of {run.mutant_totals.total}"


def _filter() -> Iterator[str]:
    yield '<form class="filter" role="search" hidden onsubmit="return false">'
    yield '<label>Scenario contains <input id="filter-text" type="search"></label>'
    yield '<label>Outcome <select id="filter-outcome"><option value="">any</option>'
    for outcome in OUTCOMES:
        yield f'<option value="{outcome}">{WORDS[outcome]}</option>'
    yield "</select></label>"
    yield '<output id="filter-count" class="soft" aria-live="polite"></output>'
    yield "</form>"


def _matrix(run: Run, rows: Mapping[str, Mapping[str, Cell]]) -> Iterator[str]:
    yield '<main id="matrix" tabindex="-1"><div class="scroll"><table class="matrix">'
    yield "<caption class='skip'>Outcome of each scenario on each target</caption>"
    heads = "".join(f'<th scope="col">{escape(name)}</th>' for name in run.targets)
    yield f'<thead><tr><th scope="col">Scenario</th>{heads}</tr></thead><tbody>'
    area = ""
    for scenario, row in rows.items():
        if area_of(scenario) != area:
            area = area_of(scenario)
            span = len(run.targets) + 1
            yield f'<tr class="area" data-area-head="{escape(area)}">'
            yield f'<th scope="rowgroup" colspan="{span}">{escape(area)}</th></tr>'
        marks = "".join(f"<td>{_mark(row.get(name))}</td>" for name in run.targets)
        outcomes = " ".join(sorted({cell.outcome for cell in row.values()}))
        yield f"<tr {_row_data(scenario, outcomes)}>"
        yield f'<th scope="row">{escape(scenario)}</th>{marks}</tr>'
    yield "</tbody></table></div></main>"


def _row_data(scenario: str, outcomes: str) -> str:
    area = area_of(scenario)
    return (
        f'data-scenario="{escape(scenario)}" data-area="{escape(area)}" '
        f'data-outcomes="{escape(outcomes)}"'
    )


def _mark(cell: Cell | None) -> str:
    if cell is None:
        return ""
    word = escape(MARKS[cell.outcome][0])
    telling = next((case for case in cell.cases if case.outcome == cell.outcome), None)
    if cell.outcome in TELLING and telling is not None:
        label = f"{WORDS[cell.outcome]}: {cell.scenario} on {cell.target}"
        link = f'href="#{anchor(telling)}" aria-label="{escape(label)}"'
        return f'<a class="mark {cell.outcome}" {link}>{word}</a>'
    reason = next((case.reason for case in cell.cases if case.reason), "")
    title = f' title="{escape(reason)}"' if reason else ""
    return f'<span class="mark {cell.outcome}"{title}>{word}</span>'


def _sections(run: Run, found: tuple[Cell, ...]) -> Iterator[str]:
    telling = [case for cell in found for case in cell.cases if case.outcome in TELLING]
    order = list(OUTCOMES)
    telling.sort(key=lambda case: (order.index(case.outcome), case.label, case.target))
    if telling:
        yield f'<h2 id="not-green">What is not green ({len(telling)})</h2>'
    for case in telling:
        yield _case(run, case)
    if run.requirements is not None:
        yield "<h2>Requirements</h2>"
        yield f"<p>{escape(coverage.line(run.requirements))}</p>"
        for title, ids in (
            ("Claimed, not proven", run.requirements.claimed),
            ("Unobservable", run.requirements.unobservable),
            ("Without a scenario", run.requirements.unlisted),
        ):
            if ids:
                yield f"<details><summary>{title} ({len(ids)})</summary>"
                yield f"<p><code>{escape(', '.join(ids))}</code></p></details>"


def _case(run: Run, case: CaseResult) -> str:
    return details(case, run.trace(case), _row_data(case.scenario, case.outcome))
