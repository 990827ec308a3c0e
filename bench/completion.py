"""Case `completion`: one streamed completion on the client's side of the gateway."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import aiohttp
import orjson
import uvloop
from smooth_operator_server.engine.model import Finished, ModelRequest
from smooth_operator_server.models.gateway import GatewayModel

from bench import gateway
from bench.conditions import Conditions
from bench.link import Unserved
from bench.rounds import OURS, Compared, Measures, Trial, interleaved, nobody
from bench.row import Row
from bench.thin import events

BATCH = 100
BATCHES = 15
MESSAGES = [{"role": "user", "content": "Which number shall it be?"}]
ALONE = "aiohttp alone"
UNSEEN = "its client of the gateway cannot be called from outside"
Ask = Callable[[], Awaitable[int]]


def run(conditions: Conditions) -> list[Row]:
    """2 and 21 tokens, beside aiohttp with nothing on it but a split and a JSON parser."""
    rows = []
    for tokens in (2, 21):
        with gateway.running(tokens) as url:
            trials = _measure(url, tokens, conditions.rounds(BATCHES))
        compared = Compared(trials, ALONE, conditions, nobody(UNSEEN))
        what = f"streamed completion, {tokens} tokens"
        rows.append(compared.row(f"completion/{tokens}", what, "µs CPU", "cost"))
    return rows


def _measure(url: str, tokens: int, batches: int) -> dict[str, Trial]:
    """All batches on one event loop, the first of each not counted."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        model, session = runner.run(_open(url))
        asks = {OURS: _ours(model), ALONE: _alone(session, url)}

        def once(ask: Ask) -> Measures:
            return {"cost": runner.run(_batch(ask, tokens)) * 1e6}

        interleaved(asks, 1, once)
        trials = interleaved(asks, batches, once)
        runner.run(_close(model, session))
    return trials


async def _open(url: str) -> tuple[GatewayModel, aiohttp.ClientSession]:
    session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
    return GatewayModel(url, "key"), session


async def _close(model: GatewayModel, session: aiohttp.ClientSession) -> None:
    await model.close()
    await session.close()


def _ours(model: GatewayModel) -> Ask:
    async def ask() -> int:
        count = 0
        async for delta in model.stream(ModelRequest("bench", MESSAGES)):
            count += not isinstance(delta, Finished)
        return count

    return ask


def _alone(session: aiohttp.ClientSession, url: str) -> Ask:
    async def ask() -> int:
        body = {"model": "bench", "messages": MESSAGES, "stream": True}
        count = 0
        data = orjson.dumps(body)
        async with session.post(f"{url}/chat/completions", data=data) as response:
            async for event in events(response):
                choices = orjson.loads(event)["choices"]
                count += bool(choices and choices[0]["delta"].get("content"))
        return count

    return ask


async def _batch(ask: Ask, tokens: int) -> float:
    began = time.thread_time()
    for _ in range(BATCH):
        if (seen := await ask()) != tokens:
            raise Unserved(f"a completion of {seen} tokens instead of {tokens}")
    return (time.thread_time() - began) / BATCH
