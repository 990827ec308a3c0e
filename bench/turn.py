"""Case `turn`: what a turn costs beside its model, alone on one connection.

Client and server share a thread and an event loop here, so that the thread's processor time is
the whole of the cost and no neighbour can lengthen it; the client's part is the floor's.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable

import uvloop
from smooth_operator_conformance.servers.ports import free_port
from smooth_operator_server.app import Parts, Server
from smooth_operator_server.process import settle_collector

from bench import ours, thin
from bench.conditions import Conditions
from bench.figures import percentile
from bench.link import Link
from bench.models import InstantModel
from bench.rounds import OURS, Compared, Measures, interleaved, nobody
from bench.row import Row
from bench.servers import THIN

TURNS = 1000
WARM_UP = 200
ROUNDS = 5
UNSEEN = "it cannot be run inside this process; see the turns over the gateway"
SHARES = {"p50": 0.5, "p99": 0.99}
Opened = contextlib.AbstractAsyncContextManager[int]


def run(conditions: Conditions) -> list[Row]:
    """p50 and p99 of two tokens, beside the thinnest server."""
    turns = conditions.some(TURNS)

    def once(server: Callable[[], Opened]) -> Measures:
        spent = uvloop.run(_measure(server(), turns))
        return {name: percentile(spent, share) * 1e3 for name, share in SHARES.items()}

    servers: dict[str, Callable[[], Opened]] = {OURS: _our_server, THIN: _thin_server}
    trials = interleaved(servers, conditions.rounds(ROUNDS), once)
    compared = Compared(trials, THIN, conditions, nobody(UNSEEN))
    return [
        compared.row(f"turn/{name}", f"turn of 2 tokens, {name}", "ms CPU", name) for name in SHARES
    ]


async def _measure(server: Opened, turns: int) -> list[float]:
    async with server as port:
        link = await Link.open(port)
        spent = []
        for number in range(WARM_UP + turns):
            began = time.thread_time()
            await link.turn(number, 2)
            spent.append(time.thread_time() - began)
        link.close()
        return spent[WARM_UP:]


@contextlib.asynccontextmanager
async def _our_server() -> AsyncIterator[int]:
    port = free_port()
    server = Server(ours.instant_settings(port), Parts(model=InstantModel(2)))
    running = asyncio.create_task(server.run(server.open()))
    await server.ready()
    settle_collector()
    yield port
    server.stop()
    await running


@contextlib.asynccontextmanager
async def _thin_server() -> AsyncIterator[int]:
    port = free_port()
    server = thin.server(port, thin.instant)
    server.config.load()
    server.lifespan = server.config.lifespan_class(server.config)
    await server.startup()
    yield port
    await server.shutdown()
