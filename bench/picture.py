"""The picture: how many times better than the published server each row is, as an SVG.

One bar a row on a logarithmic scale; 1 is the published server itself. It brings its own ground
and follows the reader's colour scheme.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

from bench.budgets import verdict
from bench.results import Results
from bench.row import Row
from bench.table import figure, shown, times

WIDTH, LABELS, RIGHT = 960, 372, 96
TOP, LINE, BAR = 92, 26, 14
TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200)
LEAST, MOST = 0.8, 25.0
"""The scale shows at least this span."""

ELSEWHERE: Mapping[str, Mapping[str, float]] = {
    "load/50/2/elapsed": {"TypeScript": 11.4, "Rust": 9.7, "Go": 17.6},
    "load/50/21/elapsed": {"TypeScript": 9.6, "Rust": 10.9, "Go": 11.2},
}
"""Turns a second of the other published servers, times the Python one's; not measured here."""

_STYLE = """
  :root { --ground: #ffffff; --ink: #1f2328; --soft: #59636e; --line: #d1d9e0;
          --bar: #1f6feb; --behind: #cf222e; --want: #9a6700; --mark: #59636e; }
  @media (prefers-color-scheme: dark) {
    :root { --ground: #0d1117; --ink: #f0f6fc; --soft: #9198a1; --line: #3d444d;
            --bar: #4493f8; --behind: #f85149; --want: #d29922; --mark: #9198a1; } }
  text { font: 13px system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif;
         fill: var(--ink); }
  .value { paint-order: stroke; stroke: var(--ground); stroke-width: 5px; }
  .title { font-size: 17px; font-weight: 600; }
  .soft { fill: var(--soft); font-size: 12px; }
  .ground { fill: var(--ground); }
  .grid { stroke: var(--line); }
  .one { stroke: var(--ink); }
  .bar { fill: var(--bar); } .behind { fill: var(--behind); }
  .want { stroke: var(--want); stroke-width: 3; }
  .mark { fill: var(--ground); stroke: var(--mark); stroke-width: 1.5; }
"""


class _Scale:
    """Where on the picture a ratio is."""

    def __init__(self, ratios: Sequence[float]) -> None:
        self.low = min(LEAST, *(ratio * 0.9 for ratio in ratios))
        self.high = max(MOST, *(ratio * 1.15 for ratio in ratios))

    def x(self, ratio: float) -> float:
        share = math.log(ratio / self.low) / math.log(self.high / self.low)
        return round(LABELS + share * (WIDTH - RIGHT - LABELS), 1)

    def ticks(self) -> list[float]:
        return [tick for tick in TICKS if self.low <= tick <= self.high]


def svg(results: Results) -> str:
    """The rows that were compared with the published server; without any, it says so."""
    rows = [row for row in results.rows if row.times_better is not None]
    scale = _Scale([row.times_better or 1.0 for row in rows] or [1.0, 1.0])
    bottom = TOP + len(rows) * LINE
    parts = [*_head(results, bottom), *_grid(scale, bottom)]
    for number, row in enumerate(rows):
        parts += _bar(row, scale, TOP + number * LINE)
    parts += _legend(bottom + 44)
    return "\n".join([*parts, "</svg>", ""])


def _head(results: Results, bottom: int) -> list[str]:
    height = bottom + 64
    peer = results.versions["published server"]
    about = f"Each row of the benchmarks as times better than the published Python server {peer}"
    day = max((taken.date for taken in results.taken.values()), default="never").partition(" ")[0]
    machine = f"{day}, {results.machine['processors']} × {results.machine['processor']}"
    return [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}" role="img" aria-label={quoteattr(about)}>',
        f"<title>{escape(about)}</title>",
        f"<style>{_STYLE}</style>",
        f'<rect class="ground" width="{WIDTH}" height="{height}" rx="8"/>',
        '<text class="title" x="24" y="34">Times better than the published Python server</text>',
        f'<text class="soft" x="24" y="54">{escape(peer)} = 1, measured in the same run; '
        f"{escape(machine)}</text>",
    ]


def _grid(scale: _Scale, bottom: int) -> list[str]:
    parts = []
    for tick in scale.ticks():
        x, style = scale.x(tick), "one" if tick == 1 else "grid"
        parts.append(f'<line class="{style}" x1="{x}" x2="{x}" y1="{TOP - 8}" y2="{bottom}"/>')
        label = f"{tick:g}×"
        parts.append(
            f'<text class="soft" x="{x}" y="{bottom + 18}" text-anchor="middle">{label}</text>'
        )
    return parts


def _bar(row: Row, scale: _Scale, top: int) -> list[str]:
    ratio = row.times_better or 1.0
    one, end = scale.x(1), scale.x(ratio)
    style = "behind" if row.behind else "bar"
    left, width = min(one, end), max(abs(end - one), 1.0)
    said = f"{row.what}, {row.unit}: {figure(row, row.ours)} against {figure(row, row.peer)}"
    middle = top + BAR - 2
    parts = [
        "<g>",
        f"<title>{escape(f'{said}, {times(row)}')}</title>",
        f'<text x="{LABELS - 14}" y="{middle}" text-anchor="end">{escape(_label(row))}</text>',
        f'<rect class="{style}" x="{left}" y="{top}" width="{width:.1f}" height="{BAR}" rx="2"/>',
    ]
    parts += _marks(row, scale, top)
    after = max(end, *(scale.x(value) for value in _wanted(row)), one) + 8
    parts.append(f'<text class="value" x="{after}" y="{middle}">{shown(ratio)}×</text>')
    return [*parts, "</g>"]


def _label(row: Row) -> str:
    """Short enough for its column; the whole is in the title."""
    unit = row.unit.replace("turns/s ", "").replace("events/s ", "").replace("of ", "")
    return f"{row.what}, {unit}".replace(" over the gateway", "").replace(" beyond its own", "")


def _wanted(row: Row) -> list[float]:
    found = verdict(row)
    return [found.budget.limit] if found and found.budget.times else []


def _marks(row: Row, scale: _Scale, top: int) -> list[str]:
    parts = []
    for value in _wanted(row):
        x = scale.x(value)
        parts.append(f'<line class="want" x1="{x}" x2="{x}" y1="{top - 3}" y2="{top + BAR + 3}"/>')
    for name, value in ELSEWHERE.get(row.key, {}).items():
        parts.append(
            f'<circle class="mark" cx="{scale.x(value)}" cy="{top + BAR / 2}" r="4">'
            f"<title>{escape(f'published {name} server: {value:g}×, measured elsewhere')}</title>"
            "</circle>"
        )
    return parts


def _legend(y: int) -> list[str]:
    return [
        f'<line class="want" x1="32" x2="32" y1="{y - 12}" y2="{y + 4}"/>',
        f'<text class="soft" x="44" y="{y}">wanted at least</text>',
        f'<circle class="mark" cx="160" cy="{y - 4}" r="4"/>',
        f'<text class="soft" x="172" y="{y}">the published TypeScript, Rust and Go servers, '
        "measured elsewhere; logarithmic scale</text>",
    ]
