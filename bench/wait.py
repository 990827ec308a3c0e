"""Case `wait`: how long somebody alone waits for a turn over the gateway, beside its own time.

The gateway's own time is what a bare socket waits that asks it for the same completion; what a
turn takes longer is the server's, and its client's reading.
"""

from __future__ import annotations

import asyncio
import time

import uvloop

from bench import gateway
from bench.children import Child
from bench.conditions import Conditions
from bench.figures import percentile
from bench.link import Link, Unserved
from bench.rounds import Compared, Measures, interleaved
from bench.row import Row
from bench.servers import THIN, recipes, together

TURNS = 40
CONVERSATIONS = 5
ROUNDS = 5
TOKENS = (2, 21)
SHARES = {"p50": 0.5, "p99": 0.99}
_ASK = (
    b"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\ncontent-length: 2\r\n"
    b"content-type: application/json\r\n\r\n{}"
)
_LAST = b"\r\n0\r\n\r\n"


def run(conditions: Conditions) -> list[Row]:
    """p50 and p99, each beyond the p50 of the gateway in the same round."""
    rows = []
    for tokens in TOKENS:
        with (
            gateway.running(tokens) as url,
            together(recipes(conditions), url) as servers,
        ):
            port = int(url.rsplit(":", 1)[1].partition("/")[0])

            def once(child: Child, tokens: int = tokens, port: int = port) -> Measures:
                return uvloop.run(_round(child, tokens, port))

            trials = interleaved(servers, conditions.rounds(ROUNDS), once)
        compared = Compared(trials, THIN, conditions)
        for name in SHARES:
            what = f"turn of {tokens} tokens over the gateway, {name} beyond its own time"
            rows.append(compared.row(f"wait/{tokens}/{name}", what, "ms elapsed", name))
    return rows


async def _round(child: Child, tokens: int, gateway_port: int) -> Measures:
    link = await Link.open(child.port)
    await link.turn(0, tokens)
    spent = []
    for _ in range(CONVERSATIONS):
        await link.renew()
        for number in range(1, TURNS + 1):
            began = time.perf_counter()
            await link.turn(number, tokens)
            spent.append(time.perf_counter() - began)
    link.close()
    own = percentile(await _gateways_own(gateway_port), 0.5)
    return {name: (percentile(spent, share) - own) * 1e3 for name, share in SHARES.items()}


async def _gateways_own(port: int) -> list[float]:
    """Seconds for a whole answer, many times over one connection."""
    loop = asyncio.get_running_loop()
    transport, asker = await loop.create_connection(_Asker, "127.0.0.1", port)
    spent = []
    for _ in range(TURNS * CONVERSATIONS):
        began = time.perf_counter()
        asker.whole = loop.create_future()
        transport.write(_ASK)
        await asker.whole
        spent.append(time.perf_counter() - began)
    transport.abort()
    return spent


class _Asker(asyncio.Protocol):
    def __init__(self) -> None:
        self.whole: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._tail = b""

    def data_received(self, data: bytes) -> None:
        self._tail = (self._tail + data)[-len(_LAST) :]
        if self._tail == _LAST:
            self._tail = b""
            self.whole.set_result(None)

    def connection_lost(self, error: Exception | None) -> None:
        if not self.whole.done():
            self.whole.set_exception(Unserved("the gateway hung up"))
