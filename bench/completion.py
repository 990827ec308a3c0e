"""Case `completion`: one streamed completion on the client's side of the gateway."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

import aiohttp
import orjson
import uvloop
from smooth_operator_server.engine.model import Finished, ModelRequest
from smooth_operator_server.models.gateway import GatewayModel

from bench import gateway
from bench.conditions import Conditions
from bench.figures import median
from bench.table import Row
from bench.thin import events

BATCH = 100
BATCHES = 15
MESSAGES = [{"role": "user", "content": "Which number shall it be?"}]


def run(conditions: Conditions) -> list[Row]:
    """2 and 21 tokens, beside aiohttp with nothing on it but a split and a JSON parser."""
    rows = []
    for tokens in (2, 21):
        with gateway.running(tokens) as url:
            our, floor = uvloop.run(_measure(url, tokens))
        what = f"streamed completion, {tokens} tokens"
        rows.append(Row(what, "us CPU", our * 1e6, "aiohttp alone", floor * 1e6))
    return rows


async def _measure(url: str, tokens: int) -> tuple[float, float]:
    model = GatewayModel(url, "key")
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def ours() -> int:
            count = 0
            async for delta in model.stream(ModelRequest("bench", MESSAGES)):
                count += not isinstance(delta, Finished)
            return count

        async def floor() -> int:
            body = {"model": "bench", "messages": MESSAGES, "stream": True}
            count = 0
            data = orjson.dumps(body)
            async with session.post(f"{url}/chat/completions", data=data) as response:
                async for event in events(response):
                    choices = orjson.loads(event)["choices"]
                    count += bool(choices and choices[0]["delta"].get("content"))
            return count

        costs: dict[Callable[[], Awaitable[int]], list[float]] = {ours: [], floor: []}
        for _ in range(BATCHES):
            for ask, spent in costs.items():
                spent.append(await _batch(ask, tokens))
    await model.close()
    return median(costs[ours][1:]), median(costs[floor][1:])


async def _batch(ask: Callable[[], Awaitable[int]], tokens: int) -> float:
    began = time.thread_time()
    for _ in range(BATCH):
        if await ask() != tokens:
            raise RuntimeError("a completion lost tokens")
    return (time.thread_time() - began) / BATCH
