"""Case `growth`: what 10,000 turns leave in a server's memory, in one conversation and in many."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import uvloop

from bench import gateway
from bench.children import Child
from bench.conditions import Conditions
from bench.gauges import resident_bytes
from bench.link import Link
from bench.rounds import Compared, Measures, Trial, interleaved
from bench.row import Row
from bench.servers import Recipe, recipes

TURNS = 10_000
LOOK = 500
"""Turns between two looks at the memory."""
LONGEST = 240.0
"""Seconds after which a server is asked no further; all are then compared after as many turns."""
WARM_UP = 200
TOKENS = 2
MIB = 1_048_576


@dataclass(frozen=True, slots=True)
class Spread:
    """How the turns are spread."""

    key: str
    what: str
    links: int
    turns_each: int
    """In a conversation, before its connection opens the next."""


SPREADS = (
    Spread("one", "10,000 turns in one conversation", 1, TURNS),
    Spread("many", "10,000 turns, 10 in each conversation", 20, 10),
)


@dataclass(slots=True)
class Grown:
    """Bytes more than before the first turn, by how many turns there were."""

    after: dict[int, int] = field(default_factory=dict)


def run(conditions: Conditions) -> list[Row]:
    """MiB of resident memory more, of a fresh server each time. There is no floor: a server
    that keeps nothing needs nothing."""
    with gateway.running(TOKENS) as url:
        return [_spread(spread, url, conditions) for spread in SPREADS]


def _spread(spread: Spread, url: str, conditions: Conditions) -> Row:
    """As configured by default: our event logs keep every event of it, for resuming streams."""
    grown: list[Grown] = []
    turns = conditions.some(TURNS)

    def once(recipe: Recipe) -> Measures:
        with recipe.serving(url) as child:
            grown.append(uvloop.run(_grow(child, spread, turns)))
        return {}

    trials = interleaved(recipes(conditions, thin=False), 1, once)
    _compare([trial for trial in trials.values() if not trial.failed], grown)
    compared = Compared(trials, "", conditions)
    return compared.row(f"growth/{spread.key}", spread.what, "MiB", "memory")


def _compare(served: Sequence[Trial], grown: Sequence[Grown]) -> None:
    """After the turns that all of them did; less than 10,000 are scaled, which is said."""
    if not grown:
        return
    turns = min(max(one.after) for one in grown)
    for trial, one in zip(served, grown, strict=True):
        trial.samples["memory"].append(one.after[turns] / MIB * TURNS / turns)
        trial.note = "" if turns == TURNS else f"scaled from {turns:,} turns"


async def _grow(child: Child, spread: Spread, turns: int) -> Grown:
    links = [await Link.open(child.port) for _ in range(max(20, spread.links))]
    for number in range(WARM_UP // len(links)):
        await asyncio.gather(*(link.turn(number, TOKENS) for link in links))
    links = links[: spread.links]
    await asyncio.gather(*(link.renew() for link in links))
    before, grown, done = resident_bytes(child.pid), Grown(), 0
    until = time.monotonic() + LONGEST
    while done < turns and time.monotonic() < until:
        await asyncio.gather(*(_some(link, spread, done) for link in links))
        done += LOOK
        grown.after[done] = resident_bytes(child.pid) - before
    for link in links:
        link.close()
    return grown


async def _some(link: Link, spread: Spread, done: int) -> None:
    """A connection's part of the turns between two looks."""
    each = LOOK // spread.links
    first = done // spread.links
    for number in range(first, first + each):
        if number and number % spread.turns_each == 0:
            await link.renew()
        await link.turn(number, TOKENS)
