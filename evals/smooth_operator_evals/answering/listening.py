"""A small HTTP server on this machine, for the parts that the evals play themselves."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def listening(sock: socket.socket, routes: Mapping[str, Handler]) -> AsyncIterator[None]:
    """Answer POST requests on a bound socket by path until the block ends."""
    app = web.Application(client_max_size=16 * 2**20)
    app.add_routes([web.post(path, handler) for path, handler in routes.items()])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.SockSite(runner, sock).start()
        yield
    finally:
        await runner.cleanup()


def bound(address: str = "127.0.0.1:0") -> tuple[socket.socket, str]:
    """A socket on `host:port` (port 0: a free one), and its address. Raises `ValueError`
    for what is no address, and `OSError` for one that cannot be had."""
    host, colon, port = address.rpartition(":")
    if not colon or not host or not port.isdecimal():
        raise ValueError(f"{address!r} is no host:port")
    sock = socket.create_server((host.strip("[]"), int(port)))
    return sock, f"http://{host}:{sock.getsockname()[1]}"
