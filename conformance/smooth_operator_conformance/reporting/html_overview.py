"""The top of the HTML page: what ran, one bar for each target, areas by targets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from smooth_operator_conformance.records import OUTCOMES, TargetInfo
from smooth_operator_conformance.reporting.aggregate import (
    WORDS,
    Cell,
    applicable,
    failed,
    outcome_counts,
    totals,
)
from smooth_operator_conformance.reporting.collector import Run

THEMES = ("auto", "light", "dark")


def header(run: Run, found: Sequence[Cell]) -> Iterator[str]:
    """Title, numbers, targets."""
    start = run.start
    versions = f"contract {start.spec_version} · runner {start.runner_version} · {start.started_at}"
    if run.end is not None:
        versions += f" · {run.end.duration_ms / 1000:.0f} s"
    yield '<header id="top"><div class="title"><div>'
    yield f'<h1>Conformance</h1><p class="soft">{escape(versions)}</p></div>'
    yield '<fieldset class="themes" hidden><legend class="unseen">Colours</legend>'
    for name in THEMES:
        yield f'<label><input type="radio" name="theme" value="{name}">{name}</label>'
    yield "</fieldset></div>"
    yield from _alerts(run)
    yield '<ul class="numbers">'
    for name, number, style in _numbers(run):
        yield f'<li class="{style}"><b>{number}</b> {escape(name)}</li>'
    yield "</ul>"
    yield '<ul class="targets">'
    for name in run.targets:
        yield from _target(run.target(name), [cell for cell in found if cell.target == name])
    yield "</ul></header>"


def _alerts(run: Run) -> Iterator[str]:
    if run.end is None:
        yield '<p class="alert">The run was interrupted: its stream has no end.</p>'
    for target in run.start.targets:
        if target.unavailable:
            text = f"{target.name} could not be started: {target.unavailable}"
            yield f'<p class="alert">{escape(text)}</p>'
    if run.start.selection:
        chosen = ", ".join(run.start.selection)
        yield f'<p class="soft">Only a part of the corpus: {escape(chosen)}</p>'


def _numbers(run: Run) -> Iterator[tuple[str, str, str]]:
    counts = totals(run.cases)
    bad = failed(counts)
    yield "failed", f"{bad:,}", "bad" if bad else "good"
    yield "scenarios", f"{counts.scenarios:,}", ""
    yield "checks", f"{counts.checks:,}", ""
    yield "laws evaluated", f"{counts.laws:,}", ""
    yield "frames validated", f"{counts.frames:,}", ""
    if run.requirements is not None:
        found = run.requirements
        asked = len(found.proven) + len(found.claimed) + len(found.unlisted)
        yield "MUSTs proven", f"{len(found.proven)} of {asked}", ""
    if run.mutant_totals is not None:
        yield "mutants killed", f"{run.mutant_totals.killed} of {run.mutant_totals.total}", ""


def _target(info: TargetInfo, found: Sequence[Cell]) -> Iterator[str]:
    yield f"<li><h2>{escape(info.name)} <small>{escape(info.version)}</small></h2>"
    if not info.unavailable:
        asked, every = applicable(found)
        yield f"<p>{asked} of {every} applicable</p>"
        yield bar(found)
        yield f'<p class="soft">{escape(", ".join(told(found)))}</p>'
    if info.capabilities:
        yield f'<p class="soft">declares {escape(", ".join(info.capabilities))}</p>'
    yield "</li>"


def told(found: Sequence[Cell]) -> list[str]:
    """`12 passed`, `1 failed`, …: the outcomes that are there."""
    counts = outcome_counts(found)
    return [f"{number} {WORDS[name]}" for name, number in counts.items() if number]


def bar(found: Sequence[Cell]) -> str:
    """The outcomes as a bar; its words are beside it, so readers of screens skip it."""
    counts = outcome_counts(found)
    parts = "".join(
        f'<i class="{name}" style="flex:{counts[name]}"></i>' for name in OUTCOMES if counts[name]
    )
    return f'<div class="bar" aria-hidden="true">{parts}</div>'


def areas(run: Run, found: Sequence[Cell]) -> Iterator[str]:
    """Areas by targets; each cell narrows the page to itself."""
    names = sorted({cell.area for cell in found})
    yield '<section id="areas"><h2>Areas</h2><div class="scroll"><table class="areas">'
    yield "<caption class='unseen'>Passed of asked, for each area on each target</caption>"
    heads = "".join(f'<th scope="col">{escape(name)}</th>' for name in run.targets)
    yield f'<thead><tr><th scope="col">Area</th>{heads}</tr></thead><tbody>'
    for area in names:
        mine = [cell for cell in found if cell.area == area]
        marks = "".join(_area(area, target, mine) for target in run.targets)
        yield f'<tr><th scope="row">{escape(area)}</th>{marks}</tr>'
    yield "</tbody></table></div></section>"


def _area(area: str, target: str, found: Sequence[Cell]) -> str:
    mine = [cell for cell in found if cell.target == target]
    if not mine:
        return '<td class="soft">–</td>'
    counts = outcome_counts(mine)
    good = counts["pass"] + counts["rescued"] + counts["expected-fail"]
    asked, _ = applicable(mine)
    bad = counts["fail"] + counts["unexpected-pass"]
    style = "bad" if bad else "good" if asked else "soft"
    text = f"{good} of {asked}" if asked else "not asked"
    label = f"{area} on {target}: {', '.join(told(mine))}; show only these"
    return (
        f'<td><button type="button" class="area {style}" data-area="{escape(area)}" '
        f'data-target="{escape(target)}" aria-label="{escape(label)}">{text}{bar(mine)}'
        "</button></td>"
    )
