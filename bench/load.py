"""Case `load`: turns over one HTTP gateway, fifty connections at a time."""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import dataclass, field

import uvloop

from bench import gateway, ours
from bench.children import Child, free_port, python, serving
from bench.conditions import Conditions
from bench.figures import median
from bench.gauges import cpu_seconds
from bench.link import Link
from bench.table import Row

CONNECTIONS = 50
TURNS = 12
"""On each connection, after one that is not counted."""
ROUNDS = 3


@dataclass(slots=True)
class _Figures:
    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)


def run(conditions: Conditions) -> list[Row]:
    """2 and 21 tokens; ours, the thinnest server and, where there is one, the peer."""
    rows = []
    for tokens in (2, 21):
        with gateway.running(tokens) as url:
            figures = _compare(tokens, url, conditions)
        own = figures.pop("")
        for name, other in figures.items():
            what = f"turns of {tokens} tokens, {CONNECTIONS} connections"
            cpu, wall = "turns/s of server CPU", "turns/s elapsed"
            rows.append(Row(what, cpu, median(own.cpu), name, median(other.cpu), "more"))
            rows.append(Row(what, wall, median(own.wall), name, median(other.wall), "more"))
    return rows


def _compare(tokens: int, url: str, conditions: Conditions) -> dict[str, _Figures]:
    """Every server gets the same rounds, in turn, so that a busy minute hits all of them."""
    with contextlib.ExitStack() as stack:
        servers = {
            "": stack.enter_context(_our_server(url)),
            "thinnest server": stack.enter_context(_thin_server(url)),
        }
        if conditions.peer is not None:
            port = free_port()
            env = conditions.peer.environment(port, url)
            peer = stack.enter_context(serving(conditions.peer.command, env, port))
            servers[conditions.peer.name] = peer
        figures = {name: _Figures() for name in servers}
        for _ in range(ROUNDS):
            for name, child in servers.items():
                cpu, wall = uvloop.run(_round(child, tokens))
                figures[name].cpu.append(cpu)
                figures[name].wall.append(wall)
        return figures


def _our_server(url: str) -> contextlib.AbstractContextManager[Child]:
    port = free_port()
    return serving(ours.COMMAND, ours.environment(port, url), port)


def _thin_server(url: str) -> contextlib.AbstractContextManager[Child]:
    port = free_port()
    return serving(python("bench.thin", str(port), url), {}, port)


async def _round(child: Child, tokens: int) -> tuple[float, float]:
    """Turns a second: of the server's processor time, and as the clock went."""
    links = [await Link.open(child.port) for _ in range(CONNECTIONS)]
    await asyncio.gather(*(link.turn(0) for link in links))
    for link in links:
        link.tokens = 0
    cpu, wall = cpu_seconds(child.pid), time.perf_counter()
    await asyncio.gather(*map(_turns, links))
    cpu, wall = cpu_seconds(child.pid) - cpu, time.perf_counter() - wall
    seen = sum(link.tokens for link in links)
    if seen != CONNECTIONS * TURNS * tokens:
        raise RuntimeError(f"{seen} token events instead of {CONNECTIONS * TURNS * tokens}")
    for link in links:
        link.close()
    return CONNECTIONS * TURNS / cpu, CONNECTIONS * TURNS / wall


async def _turns(link: Link) -> None:
    for number in range(1, TURNS + 1):
        await link.turn(number)
