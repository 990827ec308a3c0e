"""Case `idle`: the memory of a connection that has a session and nothing to do."""

from __future__ import annotations

import asyncio
import contextlib
import resource
from collections.abc import Iterator

import uvloop

from bench import ours
from bench.children import Child, free_port, python, serving
from bench.conditions import Conditions
from bench.gauges import resident_bytes
from bench.link import Link
from bench.table import Row

CONNECTIONS = 2000
WARM_UP = 100
AT_ONCE = 50


def run(conditions: Conditions) -> list[Row]:
    """KiB per connection, beside the thinnest server's and the peer's."""
    _allow_files()
    rows = []
    with _ours() as child:
        own = uvloop.run(_measure(child))
    for name, server in _others(conditions):
        with server as child:
            rows.append(
                Row("idle connection with a session", "KiB", own, name, uvloop.run(_measure(child)))
            )
    return rows


def _ours() -> contextlib.AbstractContextManager[Child]:
    port = free_port()
    return serving(ours.COMMAND, ours.environment(port), port)


def _others(
    conditions: Conditions,
) -> Iterator[tuple[str, contextlib.AbstractContextManager[Child]]]:
    port = free_port()
    nowhere = "http://127.0.0.1:9/v1"
    yield "thinnest server", serving(python("bench.thin", str(port), nowhere), {}, port)
    if conditions.peer is not None:
        port = free_port()
        peer = conditions.peer
        yield peer.name, serving(peer.command, peer.environment(port), port)


def _allow_files() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


async def _measure(child: Child) -> float:
    links = await _open(child.port, WARM_UP)
    before = resident_bytes(child.pid)
    links += await _open(child.port, CONNECTIONS)
    grown = resident_bytes(child.pid) - before
    for link in links:
        link.close()
    return grown / CONNECTIONS / 1024


async def _open(port: int, count: int) -> list[Link]:
    links: list[Link] = []
    while len(links) < count:
        links += await asyncio.gather(*(Link.open(port) for _ in range(AT_ONCE)))
    return links
