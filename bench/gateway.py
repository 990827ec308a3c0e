"""A model gateway that answers at once: canned bytes, so that its own cost stays small."""

from __future__ import annotations

import asyncio
import contextlib
import re
import sys
from collections.abc import Iterator
from typing import Any, cast

import orjson
import uvloop
from smooth_operator_conformance.servers.ports import free_port

from bench.children import python, serving
from bench.knock import connects
from bench.models import TOKEN

_NO_MODELS = (
    b'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 11\r\n\r\n{"data":[]}'
)
"""The published server asks what models cost, once, and waits ten seconds for it."""
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


def answer(tokens: int) -> bytes:
    """A streamed completion: an HTTP chunk for each event, all of them ready together."""
    events = [_chunk({"role": "assistant", "content": ""})]
    events += [_chunk({"content": TOKEN})] * tokens
    events.append(_chunk({}, finish="stop"))
    usage = {"prompt_tokens": 10, "completion_tokens": tokens, "total_tokens": 10 + tokens}
    events.append(orjson.dumps({**_BARE, "choices": [], "usage": usage}))
    events.append(b"[DONE]")
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n"
    return head + b"\r\n" + b"".join(map(_http_chunk, events)) + b"0\r\n\r\n"


_BARE = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "bench"}


def _chunk(delta: dict[str, Any], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return orjson.dumps({**_BARE, "choices": [choice]})


def _http_chunk(event: bytes) -> bytes:
    data = b"data: " + event + b"\n\n"
    return b"%x\r\n%s\r\n" % (len(data), data)


class _Gateway(asyncio.Protocol):
    def __init__(self, answer: bytes) -> None:
        self._answer = answer
        self._transport: asyncio.Transport | None = None
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        assert self._transport is not None
        self._buffer += data
        head, end, rest = self._buffer.partition(b"\r\n\r\n")
        if end and head.startswith(b"GET"):
            self._buffer = rest
            self._transport.write(_NO_MODELS)
            return
        found = _LENGTH.search(head)
        if end and found and len(rest) >= int(found[1]):
            self._buffer = rest[int(found[1]) :]
            self._transport.write(self._answer)


@contextlib.contextmanager
def running(tokens: int) -> Iterator[str]:
    """A gateway in a process of its own; its URL."""
    port = free_port()
    with serving(python("bench.gateway", str(port), str(tokens)), {}, port, connects):
        yield f"http://127.0.0.1:{port}/v1"


async def _serve(port: int, tokens: int) -> None:
    body = answer(tokens)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Gateway(body), "127.0.0.1", port, backlog=512)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(_serve(int(sys.argv[1]), int(sys.argv[2])))
