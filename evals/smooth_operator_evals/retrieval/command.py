"""`smooth-evals retrieval`: the figures on a terminal, held to their floor."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from statistics import fmean

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from smooth_operator_evals.retrieval.labels import LabelError, floor, queries
from smooth_operator_evals.retrieval.measure import CUTS, Asked, Figures, measure, our_corpus

PASSED, FAILED, USAGE = 0, 1, 2


def retrieval_command(labels: Path | None, worst: int, as_json: bool, console: Console) -> int:
    """Measure and print; 0 when every figure is at least its floor. Own labels have no floor."""
    try:
        knowledge, documents = our_corpus()
        figures = asyncio.run(measure(knowledge, queries(documents, labels)))
        under = figures.under(floor()) if labels is None else []
    except LabelError as error:
        console.print(f"[red]{escape(str(error))}[/]", soft_wrap=True, highlight=False)
        return USAGE
    if as_json:
        console.print_json(json.dumps(_document(figures)))
    else:
        _show(figures, len(documents), worst, console)
    for each in under:
        console.print(f"[red]✗ {each}[/]", soft_wrap=True, highlight=False)
    return FAILED if under else PASSED


def _show(figures: Figures, documents: int, worst: int, console: Console) -> None:
    console.print(_kinds(figures))
    console.print()
    if worst and figures.answerable:
        console.print(_worst(figures.worst(worst)))
        console.print()
    alarms = f"{figures.false_alarms} of {len(figures.unanswerable)} unanswerable queries"
    lines = (
        f"{documents} documents, {len(figures.answerable)} answerable queries; {alarms} found "
        "something all the same",
        f"nDCG@10 {figures.ndcg:.4f}  "
        + "  ".join(f"recall@{k} {figures.recall(k):.4f}" for k in CUTS),
    )
    for line in lines:
        console.print(line, soft_wrap=True, highlight=False)


def _kinds(figures: Figures) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("kind", "queries", "nDCG@10", *(f"recall@{k}" for k in CUTS)):
        table.add_column(heading, justify="left" if heading == "kind" else "right")
    for kind, asked in figures.kinds().items():
        shares = (fmean(each.recall(k) for each in asked) for k in CUTS)
        numbers = (fmean(each.ndcg for each in asked), *shares)
        table.add_row(kind, str(len(asked)), *(f"{number:.3f}" for number in numbers))
    return table


def _worst(asked: list[Asked]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("worst query", "nDCG@10", "wanted", "came first"):
        table.add_column(heading, overflow="fold")
    for each in asked:
        wanted = sorted(each.query.relevant, key=lambda name: -each.query.relevant[name])
        cells = (each.query.text, f"{each.ndcg:.2f}", wanted[0], ", ".join(each.ranking[:3]) or "–")
        table.add_row(*(escape(cell) for cell in cells))
    return table


def _document(figures: Figures) -> dict[str, object]:
    return {
        "ndcgAt10": figures.ndcg,
        "recall": {str(k): figures.recall(k) for k in CUTS},
        "falseAlarms": figures.false_alarms,
        "queries": [
            {"text": each.query.text, "kind": each.query.kind, "ndcgAt10": each.ndcg,
             "ranking": each.ranking}
            for each in figures.answerable
        ],
    }  # fmt: skip
