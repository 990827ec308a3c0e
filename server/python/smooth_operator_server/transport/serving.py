"""Serving: one port, one event loop, and a shutdown that lets turns end (decisions §8)."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import uvicorn
from starlette.types import ASGIApp

from smooth_operator_server.settings import Settings, SettingsError
from smooth_operator_server.transport.wire import WireProtocol

BACKLOG = 2048


class Serving(uvicorn.Server):
    """uvicorn without its signal handlers: draining is ours."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http="h11",  # httptools, which is at hand too, sets no bound to a request's head
                ws=WireProtocol,
                ws_max_size=settings.max_frame_bytes,
                ws_ping_interval=None,
                ws_per_message_deflate=False,
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=1,
            )
        )
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def listen(bind: str, port: int) -> socket.socket:
    """A listening socket; raises `SettingsError` with one line when the port cannot be had."""
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((bind, port))
        sock.listen(BACKLOG)
    except OSError as error:
        sock.close()
        raise SettingsError(
            f"Cannot listen on {bind}:{port} ({error.strerror or error}): "
            "choose another SMOOTH_AGENT_PORT, or stop what listens there."
        ) from None
    sock.setblocking(False)
    return sock
