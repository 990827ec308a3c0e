"""Case `idle`: the memory of a connection that has a session and nothing to do."""

from __future__ import annotations

import asyncio

import uvloop

from bench.conditions import Conditions
from bench.gauges import resident_bytes
from bench.link import Link
from bench.rounds import Compared, Measures, interleaved
from bench.row import Row
from bench.servers import THIN, Recipe, recipes

CONNECTIONS = 2000
WARM_UP = 100
AT_ONCE = 50


def run(conditions: Conditions) -> list[Row]:
    """KiB for each of 2,000 connections, of a fresh server each time."""
    count = conditions.some(CONNECTIONS)

    def once(recipe: Recipe) -> Measures:
        with recipe.serving() as child:
            return {"memory": uvloop.run(_measure(child.pid, child.port, count))}

    compared = Compared(interleaved(recipes(conditions), 1, once), THIN, conditions)
    return [compared.row("idle/memory", "idle connection with a session", "KiB", "memory")]


async def _measure(pid: int, port: int, count: int) -> float:
    links = await _open(port, WARM_UP)
    before = resident_bytes(pid)
    links += await _open(port, count)
    grown = resident_bytes(pid) - before
    for link in links:
        link.close()
    return grown / count / 1024


async def _open(port: int, count: int) -> list[Link]:
    links: list[Link] = []
    while len(links) < count:
        links += await asyncio.gather(*(Link.open(port) for _ in range(AT_ONCE)))
    return links
