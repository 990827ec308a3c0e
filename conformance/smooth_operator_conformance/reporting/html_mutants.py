"""The mutants on the HTML page: what lives, what the run is red for, and who killed the rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from smooth_operator_conformance.records import MutantResult
from smooth_operator_conformance.reporting.collector import Run


def section(run: Run) -> Iterator[str]:
    """The section, empty when no mutants were tried."""
    if run.mutant_totals is None:
        return
    counts = run.mutant_totals
    by_id: dict[str, list[MutantResult]] = {}
    for result in run.mutants:
        by_id.setdefault(result.id, []).append(result)
    dead = {name: found for name, found in by_id.items() if _killers(found)}
    alive = {name: found for name, found in by_id.items() if name not in dead}
    yield "<h2>Mutants</h2>"
    yield (
        f"<p>{counts.killed} of {counts.total} killed; shape: {counts.shape_killed} of "
        f"{counts.shape_total}; equivalent: {counts.equivalent}</p>"
    )
    for reason in counts.red:
        yield f'<p class="alert">{escape(reason)}</p>'
    yield from _table("Survived where they were tried", alive)
    yield from _table("Killed", dead)


def _killers(found: Sequence[MutantResult]) -> list[MutantResult]:
    return [result for result in found if result.outcome == "killed"]


def _table(title: str, rows: dict[str, list[MutantResult]]) -> Iterator[str]:
    if not rows:
        return
    yield f"<details><summary>{title} ({len(rows)})</summary>"
    yield '<div class="scroll"><table class="trace"><thead><tr>'
    for head in ("mutant", "class", "tried", "killed", "by"):
        yield f'<th scope="col">{head}</th>'
    yield "</tr></thead><tbody>"
    for name in sorted(rows):
        yield _row(name, rows[name])
    yield "</tbody></table></div></details>"


def _row(name: str, found: Sequence[MutantResult]) -> str:
    killers = _killers(found)
    first = killers[0] if killers else found[-1]
    told = f"{first.scenario}: {first.killed_by or first.reason}"
    cells = (name, first.mutant_class, str(len(found)), str(len(killers)), told)
    return "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"
