"""Null servers: silent, echo, always an error, closing at once. None of them may earn a pass.

Run as `python -m smooth_operator_conformance.servers.nulls <kind>`; the port comes from
`SMOOTH_AGENT_PORT`, like that of any target.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time

from aiohttp import WSMsgType, web


async def serve(kind: str, port: int) -> web.AppRunner:
    """Listen on loopback; the caller cleans the runner up."""
    app = web.Application()
    app.router.add_get("/health", _health)
    app.router.add_get("/ws", lambda request: _socket(request, kind))
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    return runner


async def _health(_: web.Request) -> web.Response:
    return web.Response(text="ok")


async def _socket(request: web.Request, kind: str) -> web.WebSocketResponse:
    socket = web.WebSocketResponse(compress=False, max_msg_size=0)
    await socket.prepare(request)
    if kind == "close":
        await socket.close()
        return socket
    async for message in socket:
        if message.type is WSMsgType.TEXT and kind == "echo":
            await socket.send_str(message.data)
        elif kind == "error":
            await socket.send_str(json.dumps(refusal(message.data)))
    return socket


def refusal(text: object) -> dict[str, object]:
    """A well-formed error for whatever came."""
    try:
        request = json.loads(text).get("requestId") if isinstance(text, str) else None
    except (ValueError, AttributeError):
        request = None
    error = {"code": "VALIDATION_ERROR", "message": "no"}
    head = {"requestId": request} if isinstance(request, str) else {}
    data = {**head, "error": error}
    now = int(time.time() * 1000)
    return {"type": "error", **head, "error": error, "data": data, "timestamp": now}


async def _main(kind: str) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    runner = await serve(kind, int(os.environ["SMOOTH_AGENT_PORT"]))
    await stop.wait()
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1]))
