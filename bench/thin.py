"""The thinnest server: uvicorn's WebSockets, aiohttp to the gateway, and nothing in between.

No sessions, history, log, limits, validation or cancelling: what any Python server on the same
libraries has to pay at least.
"""

from __future__ import annotations

import sys
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import orjson
import uvicorn
import uvloop
from uvicorn._types import ASGIReceiveCallable, ASGISendCallable, Scope

from bench.models import TOKEN

Tokens = Callable[[str], AsyncIterator[str]]


async def instant(message: str) -> AsyncIterator[str]:
    """Two tokens that cost nothing."""
    yield TOKEN
    yield TOKEN


def from_gateway(url: str) -> Tokens:
    """The tokens of a streamed completion."""
    sessions: list[aiohttp.ClientSession] = []

    async def tokens(message: str) -> AsyncIterator[str]:
        if not sessions:
            sessions.append(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
        body = {
            "model": "bench",
            "messages": [{"role": "user", "content": message}],
            "stream": True,
        }
        async with sessions[0].post(f"{url}/chat/completions", data=orjson.dumps(body)) as response:
            async for data in events(response):
                choices = orjson.loads(data)["choices"]
                if choices and (text := choices[0]["delta"].get("content")):
                    yield text

    return tokens


async def events(response: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
    """The data of each event, to the end of the body."""
    rest = b""
    while piece := await response.content.readany():
        *whole, rest = (rest + piece).split(b"\n\n")
        for event in whole:
            if event != b"data: [DONE]":
                yield event[6:]


class App:
    """The ASGI application."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    async def __call__(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        await receive()
        await send({"type": "websocket.accept", "subprotocol": None, "headers": []})
        while (message := await receive())["type"] == "websocket.receive":
            fields = orjson.loads(message["text"] or "")
            if fields["action"] == "send_message":
                await self._turn(fields, send)
            else:
                reply = {"type": "immediate_response", "data": {"sessionId": "s"}}
                await _send(send, reply)

    async def _turn(self, fields: dict[str, Any], send: ASGISendCallable) -> None:
        request_id = fields["requestId"]
        head = {"requestId": request_id, "timestamp": time.time_ns() // 1_000_000}
        await _send(send, {"type": "immediate_response", "status": 202, **head})
        whole = []
        async for token in self._tokens(fields["message"]):
            whole.append(token)
            data = {"requestId": request_id, "token": token}
            await _send(send, {"type": "stream_token", "token": token, "data": data, **head})
        data = {"requestId": request_id, "text": "".join(whole)}
        await _send(send, {"type": "eventual_response", "data": data, **head})


async def _send(send: ASGISendCallable, frame: dict[str, Any]) -> None:
    await send({"type": "websocket.send", "bytes": None, "text": orjson.dumps(frame).decode()})


def server(port: int, tokens: Tokens) -> uvicorn.Server:
    """Ready to run."""
    return uvicorn.Server(
        uvicorn.Config(
            App(tokens),
            port=port,
            ws="websockets-sansio",
            ws_per_message_deflate=False,
            lifespan="off",
            log_config=None,
            access_log=False,
            backlog=2048,
        )
    )


if __name__ == "__main__":
    uvloop.run(server(int(sys.argv[1]), from_gateway(sys.argv[2])).serve())
