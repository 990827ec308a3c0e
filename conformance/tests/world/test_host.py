"""The world over HTTP: gateway, tools, deliveries and keys answer by their scripts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from smooth_operator_conformance.scenario.load import parse_scenario
from smooth_operator_conformance.world.case_run import CaseRun
from smooth_operator_conformance.world.host import Host


class World:
    """A host with one copy of one case."""

    def __init__(self, host: Host, run: CaseRun, client: aiohttp.ClientSession) -> None:
        self.host, self.run, self.client = host, run, client

    async def post(self, path: str, body: Any) -> tuple[int, str]:
        url = f"http://{self.host.address}{path}"
        async with self.client.post(url, json=body) as answer:
            return answer.status, await answer.text()

    async def ask(self, agent: str = "main", **body: Any) -> tuple[int, str]:
        model = self.run.bindings["agents"][agent]["model"]
        return await self.post("/v1/chat/completions", {"model": model, **body})

    async def until(self, name: str, number: int) -> None:
        """Wait for so many requests in an inbox."""
        for _ in range(number):
            assert await self.run.timeline.next(name, 5.0) is not None

    def inbox(self, name: str) -> list[Any]:
        return [entry.value for entry in self.run.timeline.entries if entry.inbox == name]


TOOL = {
    "name": "look",
    "description": "Looks.",
    "parameters": {},
    "answers": [
        {"gate": "slow"},
        {"result": "L"},
        {"result": 1, "isError": True, "extra": {"x": 2}},
    ],
}
RAW: dict[str, Any] = {
    "name": "turns/x",
    "description": "A world by itself.",
    "requirements": ["TURN-001"],
    "kill": ["x"],
    "profile": "shared",
    "otp": [{"http": 500}],
    "jwks": [["rs1"], []],
    "agents": {
        "main": {
            "tools": [TOOL],
            "script": [
                {"text": "one"},
                {"deltas": ["a", {"gate": "g"}, "b"]},
                {"text": "cut short", "cut": True},
                {"sse": "data: x\n\n", "split": 2},
                {"http": 503},
            ],
            "scripts": {"judge": [{"text": "{}"}]},
        }
    },
    "steps": [{"open": {"on": "a"}}, {"release": "none"}],
}


@pytest.fixture
async def world() -> AsyncIterator[World]:
    host = Host()
    await host.start()
    case = parse_scenario(RAW, "turns/x").cases()[0]
    run = CaseRun(case, "t", "abcdefabcdef", host.bindings)
    run.prepare()
    host.registry.add(run)
    async with aiohttp.ClientSession() as client:
        yield World(host, run, client)
    await host.stop()


async def test_the_script_answers_call_by_call(world: World) -> None:
    status, text = await world.ask(messages=[], stream=True)
    assert status == 200
    assert '"content":"one"' in text
    answer = asyncio.create_task(world.ask(stream=True))
    await world.until("model:main", 2)
    assert not answer.done()
    world.run.release("g")
    assert '"content":"b"' in (await answer)[1]
    with pytest.raises(aiohttp.ClientPayloadError):
        await world.ask(stream=True)
    assert await world.ask(stream=True) == (200, "data: x\n\n")
    assert (await world.ask(stream=True))[0] == 503
    assert (await world.ask(stream=True))[0] == 400  # nothing is left
    assert [body.get("stream") for body in world.inbox("model:main")] == [True] * 6
    assert "content-type" in world.inbox("model:main")[0]["$headers"]


async def test_further_models_have_queues_of_their_own(world: World) -> None:
    model = world.run.bindings["agents"]["main"]["models"]["judge"]
    status, text = await world.post("/v1/chat/completions", {"model": model})
    assert status == 200
    assert '"chat.completion"' in text
    assert len(world.inbox("model:main.judge")) == 1


async def test_requests_of_nobody_are_strays(world: World) -> None:
    assert (await world.post("/v1/chat/completions", {"model": "who"}))[0] == 400
    assert (await world.post("/tool/unknown/main/look", {}))[0] == 404
    assert (await world.post("/otp", {"sessionId": "s"}))[0] == 404
    assert (await world.post("/elsewhere", {}))[0] == 404
    assert len(world.host.registry.strays) == 4


async def test_a_dropped_request_is_noticed(world: World) -> None:
    await world.ask(stream=True)
    task = asyncio.create_task(world.ask(stream=True))
    await world.until("model:main", 2)
    task.cancel()
    dropped = await world.run.timeline.next("model:main", 5.0)
    assert dropped is not None
    assert dropped.value == {"$dropped": True}


async def test_a_whole_answer_that_nobody_reads_is_dropped_in_silence(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """The server hangs up in mid-answer: an entry in the inbox, and nothing in our log."""
    world.run.prepare()
    script = world.run._scripts["main"]
    script.extendleft([{"fill": {"bytes": 30_000_000}}] * 2)
    for streamed in (True, False):
        model = world.run.bindings["agents"]["main"]["model"]
        url = f"{world.host.gateway_url}/chat/completions"
        answer = await world.client.post(url, json={"model": model, "stream": streamed})
        await answer.content.readany()
        answer.close()
        await world.until("model:main", 1)
        dropped = await world.run.timeline.next("model:main", 5.0)
        assert dropped is not None
        assert dropped.value == {"$dropped": True}
    assert caplog.records == []


async def test_behind_a_lane_the_copy_that_plays_is_asked(world: World) -> None:
    path = "/lane/7/v1/chat/completions"
    assert (await world.post(path, {"model": "fixed"}))[0] == 400
    world.host.registry.enter("7", world.run)
    status, text = await world.post(path, {"model": "fixed"})
    assert status == 200
    assert '"model":"fixed"' in text
    world.host.registry.enter("7", None)
    assert (await world.post(path, {"model": "fixed"}))[0] == 400
    assert world.host.gateway_url_of("7").endswith("/lane/7/v1")
    assert world.host.gateway_url_of(None) == world.host.gateway_url


async def test_tools_answer_in_call_order_and_gates_hold(world: World) -> None:
    path = "/tool/abcdefabcdef/main/look"
    held = asyncio.create_task(world.post(path, {"arguments": {}}))
    await world.until("tool:main/look", 1)
    assert not held.done()
    world.run.release("slow")
    assert await held == (200, '{"result":"L"}')
    assert await world.post(path, {}) == (200, '{"result":1,"isError":true,"x":2}')
    assert (await world.post(path, {}))[0] == 500  # no answer is left


async def test_deliveries_find_their_scenario_by_session(world: World) -> None:
    ack = {"type": "immediate_response", "data": {"sessionId": "s-1"}}
    world.host.registry.saw(world.run, ack)
    assert (await world.post("/otp", {"sessionId": "s-1", "code": "1"}))[0] == 500
    assert (await world.post("/otp", {"sessionId": "s-1", "code": "2"}))[0] == 200
    assert [body["code"] for body in world.inbox("otp")] == ["1", "2"]


async def test_key_sets_change_from_fetch_to_fetch(world: World) -> None:
    url = world.run.bindings["host"]["jwks"]
    async with world.client.get(url) as answer:
        assert [key["kid"] for key in (await answer.json())["keys"]] == ["rs1"]
    async with world.client.get(url) as answer:
        assert answer.status == 503
    assert len(world.inbox("jwks")) == 2
