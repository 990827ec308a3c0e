"""Case `load`: turns a second over one HTTP gateway, at 1, 50 and 500 connections."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

import uvloop

from bench import gateway
from bench.children import Child
from bench.conditions import Conditions
from bench.gauges import cpu_seconds
from bench.link import Link
from bench.rounds import Compared, Measures, Trial, interleaved
from bench.row import Row
from bench.servers import THIN, recipes, together

ROUNDS = 5
LONGEST = 30.0
"""Seconds after which a round begins no further turn: the slowest server bounds itself."""
AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Shape:
    """`turns` in each conversation, so that every server has histories of one length."""

    connections: int
    turns: int
    conversations: int
    """One after the other on each connection; opening them is not counted."""


SHAPES = (Shape(1, 12, 25), Shape(50, 12, 2), Shape(500, 4, 1))
TOKENS = (2, 21)


def run(conditions: Conditions) -> list[Row]:
    """Of the server's processor time, and as the clock went; beside the thinnest and the peer."""
    rows = []
    for tokens in TOKENS:
        with (
            gateway.running(tokens) as url,
            together(recipes(conditions), url) as servers,
        ):
            for shape in SHAPES:

                def once(child: Child, shape: Shape = shape, tokens: int = tokens) -> Measures:
                    return uvloop.run(round_of(child, shape, tokens))

                trials = interleaved(servers, conditions.rounds(ROUNDS), once)
                for trial in trials.values():
                    _tell_of_the_bound(trial, shape)
                rows += _rows(Compared(trials, THIN, conditions), shape, tokens)
    return rows


def _rows(compared: Compared, shape: Shape, tokens: int) -> list[Row]:
    count = shape.connections
    what = f"turns of {tokens} tokens, {count} connection{'s' * (count > 1)}"
    key = f"load/{count}/{tokens}"
    return [
        compared.row(f"{key}/elapsed", what, "turns/s elapsed", "elapsed", "more"),
        compared.row(f"{key}/cpu", what, "turns/s of server CPU", "cpu", "more"),
    ]


def _tell_of_the_bound(trial: Trial, shape: Shape) -> None:
    whole = shape.connections * shape.turns * shape.conversations
    least = min(trial.samples["turns"], default=whole)
    if least < whole:
        trial.note = f"ended after {LONGEST:g} s with {least:g} of {whole} turns"


async def round_of(child: Child, shape: Shape, tokens: int) -> Measures:
    """Turns a second of the server's processor time, and as the clock went. Raises `Unserved`."""
    links: list[Link] = []
    while len(links) < shape.connections:
        more = range(min(AT_ONCE, shape.connections - len(links)))
        some = await asyncio.gather(*(Link.open(child.port) for _ in more))
        await asyncio.gather(*(link.turn(0, tokens) for link in some))
        links += some
    done, cpu, wall = 0, 0.0, 0.0
    for _ in range(shape.conversations):
        await asyncio.gather(*(link.renew() for link in links))
        before, began = cpu_seconds(child.pid), time.perf_counter()
        until = began + LONGEST - wall
        done += sum(
            await asyncio.gather(*(_turns(link, shape.turns, tokens, until) for link in links))
        )
        cpu += cpu_seconds(child.pid) - before
        wall += time.perf_counter() - began
    for link in links:
        link.close()
    return {"cpu": done / cpu, "elapsed": done / wall, "turns": done}


async def _turns(link: Link, turns: int, tokens: int, until: float) -> int:
    for number in range(1, turns + 1):
        if time.perf_counter() > until:
            return number - 1
        await link.turn(number, tokens)
    return turns
