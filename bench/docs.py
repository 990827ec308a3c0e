"""The documents: the parts of docs/benchmarks.md that a results file writes, and the picture."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path

from bench import summary
from bench.budgets import verdicts
from bench.picture import svg
from bench.results import Results, Taken, read
from bench.row import Row
from bench.table import cost, figure, notes, shown, times, without_empty

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "bench/results.json"
PAGE = ROOT / "docs/benchmarks.md"
PICTURE = ROOT / "docs/images/bench.svg"

HEAD = ("What", "Unit", "Ours", "Floor", "Ours costs", "Published", "We are")
_BLOCK = re.compile(r"(<!-- results: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def write() -> list[Path]:
    """Page and picture from the documented results."""
    results = read(RESULTS)
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), results), encoding="utf-8")
    PICTURE.write_text(svg(results), encoding="utf-8")
    return [PAGE, PICTURE]


def page(text: str, results: Results) -> str:
    """The page with each of its marked blocks written anew. Raises `KeyError` for an unknown one.

    A block begins with `<!-- results: NAME -->` and ends with `<!-- end -->`.
    """
    blocks = {
        "conditions": _conditions(results),
        "rows": _rows(results),
        "budgets": _budgets(results.rows),
        "behind": _behind(results.rows),
    }
    return _BLOCK.sub(lambda found: _filled(found, blocks), text)


def _filled(found: re.Match[str], blocks: Mapping[str, Sequence[str]]) -> str:
    body = "\n".join(blocks[found[2]])
    return f"{found[1]}\n{body}\n\n{found[3]}"


def _conditions(results: Results) -> list[str]:
    machine, versions = results.machine, dict(results.versions)
    python = versions.pop("python")
    peer = versions.pop("published server")
    libraries = ", ".join(f"{name} {version}" for name, version in versions.items())
    quick = ["", "**A quick run: good for a look, not to quote.**"] if results.quick else []
    return [
        f"{machine['processors']} × {machine['processor']}, {machine['memory']}, "
        f"{machine['system']}; Python {python}, {libraries}; published server {peer}.",
        *quick,
    ]


def _rows(results: Results) -> list[str]:
    lines: list[str] = []
    for case, of_case in groupby(results.rows, key=lambda row: row.case):
        grouped = list(of_case)
        lines += ["", f"### `bench {case}`", "", _when(results.taken[case]), ""]
        lines += [*_table(grouped), ""]
        lines += [f"- {note}" for note in notes(grouped)]
    return lines[1:]


def _when(taken: Taken) -> str:
    before, after = taken.load
    return f"{taken.date}, load average {before:g} before and {after:g} after."


def _table(rows: Sequence[Row]) -> list[str]:
    cells = without_empty([HEAD, *map(_cells, rows)])
    ruler = ["---" if name in HEAD[:2] else "--:" for name in cells[0]]
    return ["| " + " | ".join(line) + " |" for line in (cells[0], ruler, *cells[1:])]


def _cells(row: Row) -> tuple[str, ...]:
    unit = row.unit + (" ↑" if row.better == "more" else "")
    figures = (figure(row, row.ours), figure(row, row.floor), cost(row))
    return (row.what, unit, *figures, figure(row, row.peer), times(row))


def _budgets(rows: Sequence[Row]) -> list[str]:
    lines = ["| What | Budget | Reached | Verdict |", "|---|---|--:|---|"]
    for one in verdicts(rows):
        reached = "–" if one.figure is None else shown(one.figure)
        reached += " ×" if one.budget.times and one.figure is not None else ""
        word = one.word if one.missed_by is None else f"**{one.word}**"
        lines.append(f"| {one.row.what}, {one.row.unit} | {one.bound} | {reached} | {word} |")
    return lines


def _behind(rows: Sequence[Row]) -> list[str]:
    return ["```", *summary.lines(rows), "```"]
