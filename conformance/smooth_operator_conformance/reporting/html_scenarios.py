"""The scenarios on the HTML page: the filter, and the matrix of scenarios by targets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape

from smooth_operator_conformance.records import OUTCOMES, CaseResult
from smooth_operator_conformance.reporting.aggregate import WORDS, Cell, area_of
from smooth_operator_conformance.reporting.collector import Run
from smooth_operator_conformance.reporting.html_case import anchor
from smooth_operator_conformance.reporting.terminal import MARKS

TELLING = frozenset({"fail", "unexpected-pass", "rescued", "expected-fail"})
"""Outcomes that get a section of their own."""


def filters(run: Run, found: Sequence[Cell]) -> Iterator[str]:
    """Five fields; the script shows them, because without it they would do nothing."""
    areas = sorted({cell.area for cell in found})
    seen = {case.outcome for cell in found for case in cell.cases}
    outcomes = [(name, WORDS[name]) for name in OUTCOMES if name in seen]
    ids = sorted({rid for cell in found for case in cell.cases for rid in case.requirements})
    yield '<form class="filter" role="search" hidden onsubmit="return false">'
    yield '<label>Text <input id="filter-text" type="search" placeholder="scenario"></label>'
    yield _select("Area", "filter-area", [(name, name) for name in areas])
    yield _select("Outcome", "filter-outcome", outcomes)
    yield _select("Target", "filter-target", [(name, name) for name in run.targets])
    yield '<label>Requirement <input id="filter-requirement" type="search" list="requirement-ids" '
    yield 'placeholder="TURN-001"></label><datalist id="requirement-ids">'
    yield "".join(f'<option value="{escape(rid)}"></option>' for rid in ids)
    yield '</datalist><button type="button" id="filter-clear">Clear</button>'
    yield '<output id="filter-count" class="soft" aria-live="polite"></output>'
    yield "</form>"


def _select(title: str, name: str, options: Sequence[tuple[str, str]]) -> str:
    rows = "".join(f'<option value="{escape(v)}">{escape(text)}</option>' for v, text in options)
    return (
        f'<label>{title} <select id="{name}"><option value="">any</option>{rows}</select></label>'
    )


def scenarios(run: Run, rows: Mapping[str, Mapping[str, Cell]]) -> Iterator[str]:
    """The matrix, area by area."""
    yield '<main id="matrix" tabindex="-1"><h2>Scenarios</h2>'
    yield '<div class="scroll"><table class="matrix">'
    yield "<caption class='unseen'>Outcome of each scenario on each target</caption>"
    heads = "".join(
        f'<th scope="col" data-column="{escape(name)}">{escape(name)}</th>' for name in run.targets
    )
    yield f'<thead><tr><th scope="col">Scenario</th>{heads}</tr></thead><tbody>'
    area = ""
    for scenario, row in rows.items():
        if area_of(scenario) != area:
            area = area_of(scenario)
            span = len(run.targets) + 1
            yield f'<tr class="area" data-area-head="{escape(area)}">'
            yield f'<th scope="rowgroup" colspan="{span}">{escape(area)}</th></tr>'
        yield f"<tr {row_data(scenario, [c for cell in row.values() for c in cell.cases])}>"
        marks = "".join(_cell(name, row.get(name)) for name in run.targets)
        yield f'<th scope="row">{escape(scenario)}</th>{marks}</tr>'
    yield '</tbody></table></div><p id="none-shown" hidden>No scenario fits the filter.</p></main>'


def row_data(scenario: str, cases: Sequence[CaseResult]) -> str:
    """What the filter looks at: outcomes for each target, one `target:outcome` each."""
    pairs = sorted({(case.outcome, case.target) for case in cases})
    ids = sorted({rid for case in cases for rid in case.requirements})
    outcomes = " ".join(dict.fromkeys(outcome for outcome, _ in pairs))
    where = "\n".join(f"{outcome} {target}" for outcome, target in pairs)
    return (
        f'data-scenario="{escape(scenario)}" data-area="{escape(area_of(scenario))}" '
        f'data-outcomes="{escape(outcomes)}" data-where="{escape(where)}" '
        f'data-requirements="{escape(" ".join(ids))}"'
    )


def _cell(target: str, cell: Cell | None) -> str:
    return f'<td data-column="{escape(target)}">{_mark(cell)}</td>'


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
