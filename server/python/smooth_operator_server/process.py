"""The process: one server, its signals and its exit."""

from __future__ import annotations

import asyncio
import gc
import signal
import sys
from collections.abc import Coroutine

from smooth_operator_server.agents.loading import AgentsFileError
from smooth_operator_server.app import Parts, Server
from smooth_operator_server.knowledge.documents import KnowledgeError
from smooth_operator_server.logs import log
from smooth_operator_server.models.gateway import GatewayModel
from smooth_operator_server.settings import Settings, SettingsError

COLLECT_AFTER = 50_000
"""New objects between two looks of the collector. A turn makes hundreds that stay, and no cycles:
Python's own 700 made it a tenth of a turn's cost."""
START_ERRORS = (SettingsError, AgentsFileError, KnowledgeError, ValueError)
"""What a start may be refused with; the texts are lines for a person."""


class StartError(Exception):
    """The server cannot start. The text is one line that says what to do."""


def run_server(settings: Settings, parts: Parts | None = None) -> None:
    """Serve until SIGTERM or SIGINT has been drained. Raises `StartError`."""
    try:
        _run(_serve(settings, parts))
    except START_ERRORS as error:
        raise StartError(str(error)) from None


def _run(main: Coroutine[object, object, None]) -> None:
    if sys.platform == "win32":
        asyncio.run(main)
    else:
        import uvloop

        uvloop.run(main)


async def _serve(settings: Settings, parts: Parts | None) -> None:
    server = Server(settings, parts)
    sock = server.open()
    host, port = sock.getsockname()[:2]
    running = asyncio.create_task(server.run(sock))
    _on_signals(server)
    await server.ready()
    settle_collector()
    log("serving", f"listening on {host}:{port}", host=host, port=port)
    if isinstance(server.services.model, GatewayModel):
        # What the first turn would have to import, the port being open already.
        asyncio.get_running_loop().run_in_executor(None, server.services.model.warm)
    await running
    log("stopped", "drained and stopped")


def settle_collector() -> None:
    """The start is over: what it left behind stays, and need not be looked at ever again."""
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER)
    gc.enable()


def _on_signals(server: Server) -> None:
    """The first signal drains; a second one does not wait."""
    loop = asyncio.get_running_loop()
    draining: set[asyncio.Task[None]] = set()

    def stop() -> None:
        if server.services.draining:
            server.stop()
        else:
            draining.add(loop.create_task(server.drain()))

    if sys.platform != "win32":
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, stop)
