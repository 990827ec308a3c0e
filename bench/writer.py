"""The floor of a token event: encode it with orjson, write it to the socket, and nothing else."""

from __future__ import annotations

import argparse
import asyncio
import time
from typing import Any, cast

import orjson
import uvloop

from bench.frames import SWITCHED, from_server, taken
from bench.models import TOKEN


class Writer(asyncio.Protocol):
    """Looks like a server to `Link`."""

    def __init__(self, tokens: int, *, apart: bool) -> None:
        self._tokens = tokens
        self._apart = apart
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._upgraded = False
        self._turn: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        assert self._transport is not None
        self._buffer += data
        if not self._upgraded:
            _, end, rest = bytes(self._buffer).partition(b"\r\n\r\n")
            if not end:
                return
            self._buffer, self._upgraded = bytearray(rest), True
            self._transport.write(SWITCHED)
        for body in taken(self._buffer):
            fields = orjson.loads(body)
            if fields["action"] == "send_message":
                self._turn = asyncio.create_task(self._answer(fields["requestId"]))
            else:
                self._write({"type": "immediate_response", "data": {"sessionId": "s"}})

    async def _answer(self, request_id: str) -> None:
        assert self._transport is not None
        ready = []
        for _ in range(self._tokens):
            frame = {
                "type": "stream_token",
                "requestId": request_id,
                "token": TOKEN,
                "data": {"requestId": request_id, "token": TOKEN},
                "timestamp": time.time_ns() // 1_000_000,
            }
            if self._apart:
                await asyncio.sleep(0)
                self._write(frame)
            else:
                ready.append(from_server(orjson.dumps(frame)))
        self._transport.write(b"".join(ready))
        text = TOKEN * self._tokens
        self._write({"type": "eventual_response", "requestId": request_id, "text": text})

    def _write(self, frame: dict[str, Any]) -> None:
        assert self._transport is not None
        self._transport.write(from_server(orjson.dumps(frame)))


async def _serve(port: int, tokens: int, *, apart: bool) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Writer(tokens, apart=apart), "127.0.0.1", port)
    await server.serve_forever()


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("port", type=int)
    arguments.add_argument("tokens", type=int)
    arguments.add_argument("--apart", action="store_true")
    given = arguments.parse_args()
    uvloop.run(_serve(given.port, given.tokens, apart=given.apart))


if __name__ == "__main__":
    main()
