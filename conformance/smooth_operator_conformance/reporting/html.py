"""index.html: one file without outside resources that shows a run to a person.

Everything is in the markup; the script only filters, copies and changes colours, so the page can
be read, searched and printed without it, and used from the keyboard alone. All text from outside
passes `escape`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from html import escape
from importlib.resources import files

from smooth_operator_conformance.records import OUTCOMES
from smooth_operator_conformance.reporting.aggregate import Cell, cells, failed, matrix, totals
from smooth_operator_conformance.reporting.collector import Run
from smooth_operator_conformance.reporting.html_case import details
from smooth_operator_conformance.reporting.html_mutants import section as mutants
from smooth_operator_conformance.reporting.html_overview import areas, header
from smooth_operator_conformance.reporting.html_requirements import section as requirements
from smooth_operator_conformance.reporting.html_scenarios import (
    TELLING,
    filters,
    row_data,
    scenarios,
)


def render(run: Run) -> str:
    """The whole page."""
    found = cells(run.cases)
    parts = {
        "areas": [*areas(run, found)],
        "matrix": [*scenarios(run, matrix(found))],
        "not-green": [*_not_green(run, found)],
        "could-not-run": [*_could_not_run(found)],
        "requirements": [*requirements(run)],
        "mutants": [*mutants(run)],
    }
    return "\n".join(
        (
            "<!doctype html>",
            '<html lang="en">',
            *_head(run),
            "<body>",
            '<a class="skip" href="#matrix">Skip to the scenarios</a>',
            *header(run, found),
            *_navigation(parts),
            *parts["areas"],
            *filters(run, found),
            *parts["not-green"],
            *parts["matrix"],
            *parts["could-not-run"],
            *parts["requirements"],
            '<div id="mutants">',
            *parts["mutants"],
            "</div>",
            f"<script>{_asset('page.js')}</script>",
            "</body>",
            "</html>",
            "",
        )
    )


def _asset(name: str) -> str:
    return files(__package__).joinpath("assets", name).read_text(encoding="utf-8")


def _head(run: Run) -> Iterator[str]:
    policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
    bad = failed(totals(run.cases))
    yield "<head>"
    yield '<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{f'{bad} failed · ' if bad else ''}Conformance</title>"
    yield f"<style>{_asset('page.css')}</style>"
    yield "</head>"


_NAMES = {
    "areas": "Areas",
    "not-green": "Not green",
    "matrix": "Scenarios",
    "could-not-run": "Could not run",
    "requirements": "Requirements",
    "mutants": "Mutants",
}


def _navigation(parts: dict[str, list[str]]) -> Iterator[str]:
    yield '<nav aria-label="Parts of the report">'
    for name, title in _NAMES.items():
        if parts[name]:
            yield f'<a href="#{name}">{title}</a>'
    yield "</nav>"


def _not_green(run: Run, found: tuple[Cell, ...]) -> Iterator[str]:
    telling = [case for cell in found for case in cell.cases if case.outcome in TELLING]
    order = list(OUTCOMES)
    telling.sort(key=lambda case: (order.index(case.outcome), case.label, case.target))
    if not telling:
        return
    yield f'<section id="not-green"><h2>Not green <small>{len(telling)}</small></h2>'
    for case in telling:
        target = run.target(case.target)
        yield details(case, target, run.trace(case), row_data(case.scenario, [case]))
    yield "</section>"


def _could_not_run(found: tuple[Cell, ...]) -> Iterator[str]:
    """What was not asked, by reason: hundreds of cases often have one reason."""
    reasons: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for cell in found:
        for case in cell.cases:
            if case.outcome == "could-not-run":
                reasons[case.target, case.reason].append(case.label)
    if not reasons:
        return
    number = sum(map(len, reasons.values()))
    yield f'<section id="could-not-run"><h2>Could not run <small>{number}</small></h2>'
    for (target, reason), labels in sorted(reasons.items(), key=lambda item: -len(item[1])):
        yield '<details class="reason"><summary>'
        yield f"<b>{len(labels)}</b> on {escape(target)}: {escape(reason)}</summary>"
        yield f"<p><code>{escape(', '.join(labels))}</code></p></details>"
    yield "</section>"
