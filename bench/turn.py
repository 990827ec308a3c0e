"""Case `turn`: what a turn costs beside its model, alone on one connection.

Client and server share a thread and an event loop here, so that the thread's processor time is
the whole of the cost and no neighbour can lengthen it; the client's part is the floor's.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

import uvloop
from smooth_operator_server.app import Parts, Server
from smooth_operator_server.process import settle_collector

from bench import ours, thin
from bench.children import free_port
from bench.conditions import Conditions
from bench.figures import percentile
from bench.link import Link
from bench.models import InstantModel
from bench.table import Row

TURNS = 2000
WARM_UP = 200


def run(conditions: Conditions) -> list[Row]:
    """p50 and p99 of two tokens, beside the thinnest server."""
    our = uvloop.run(_measure(_our_server()))
    their = uvloop.run(_measure(_thin_server()))
    return [
        Row(
            f"turn of 2 tokens, {name}",
            "ms CPU",
            percentile(our, share) * 1e3,
            "thinnest server",
            percentile(their, share) * 1e3,
        )
        for name, share in (("p50", 0.5), ("p99", 0.99))
    ]


async def _measure(server: contextlib.AbstractAsyncContextManager[int]) -> list[float]:
    async with server as port:
        link = await Link.open(port)
        spent = []
        for number in range(WARM_UP + TURNS):
            began = time.thread_time()
            await link.turn(number)
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
