"""A recording replays: green on a server that answers so, red on one that answers otherwise."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from smooth_operator_conformance.proxy.outcome import record
from smooth_operator_conformance.proxy.recording.scenario import Recorded, write
from smooth_operator_conformance.records import CaseResult
from smooth_operator_conformance.run.corpus import load_corpus
from smooth_operator_conformance.run.engine import Engine, Plan
from smooth_operator_conformance.run.group import Options
from smooth_operator_conformance.servers.target import Target, load_target

from .conftest import Running, Start, small

Json = Any


class Session:
    """An app on one socket: sends a frame, reads until a type comes."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, running: Running) -> None:
        self._socket, self._running = socket, running
        self.id = ""

    async def send(self, action: str, **keys: Json) -> None:
        await self._socket.send_json({"action": action, **keys})

    async def until(self, *kinds: str) -> Json:
        while True:
            frame = await self._socket.receive_json()
            if frame["type"] in kinds:
                return frame

    async def create(self, **keys: Json) -> None:
        await self.send(
            "create_conversation_session", requestId="c", agentId=self._running.agent, **keys
        )
        self.id = (await self.until("immediate_response"))["data"]["sessionId"]

    async def say(self, request: str, text: str, **keys: Json) -> None:
        await self.send("send_message", requestId=request, sessionId=self.id, message=text, **keys)
        await self.until("immediate_response")


async def replayed(told: Sequence[Recorded], target: Target, folder: Path) -> list[CaseResult]:
    """What becomes of a recording on a target, read back from its files."""
    write(told, folder)
    plan = Plan(load_corpus(folder), [target], Options(deadline=5.0))
    return (await Engine(plan, None).run()).cases


def green(cases: Sequence[CaseResult]) -> bool:
    assert cases
    return all(case.outcome == "pass" for case in cases)


async def plain(running: Running) -> None:
    """Two turns, a page of messages, a list, a ping."""
    async with aiohttp.ClientSession() as client, client.ws_connect(running.url) as socket:
        app = Session(socket, running)
        await app.create(userName="Ann")
        for request in ("t1", "t2"):
            await app.say(request, f"hello {{{{{request}}}}}")
            await app.until("eventual_response")
        await app.send("ping", requestId="p")
        await app.until("pong")
        if running.run is not None and running.run.case.agents["main"].get("greeting"):
            await app.send("get_conversation_messages", requestId="m", sessionId=app.id, limit=2)
            page = await app.until("immediate_response")
            cursor = page["data"]["nextCursor"]
            await app.send(
                "get_conversation_messages", requestId="n", sessionId=app.id, cursor=cursor
            )
            await app.until("immediate_response")
            await app.send("list_conversations", requestId="l")
            await app.until("immediate_response")


TWO: list[Json] = [{"deltas": ["Tu", "esday."]}, {"text": "Curly {braces} too."}]


async def test_it_is_green_on_our_server_and_red_where_the_answer_is_another(
    before: Start, tmp_path: Path
) -> None:
    running = await before(load_target("python"), {"script": TWO, "greeting": "Hello."})
    await plain(running)
    assert running.broken == []
    told = record(running.proxy)
    assert len(told) == 1
    assert "{{sid1}}" in json.dumps(told[0].body)
    assert green(await replayed(told, load_target("python"), tmp_path / "again"))


async def test_another_server_is_judged_by_the_same_recording(
    before: Start, tmp_path: Path
) -> None:
    running = await before(load_target("python"), {"script": TWO})
    await plain(running)
    told = record(running.proxy)
    assert green(await replayed(told, small(), tmp_path / "honest"))
    wrong = await replayed(told, small("shouts"), tmp_path / "shouts")
    assert [case.outcome for case in wrong] == ["fail"]
    assert "responseParts" in wrong[0].findings[0].path


GATED: Json = {
    "script": [
        {"text": "Let me look.", "calls": [{"name": "wipe", "arguments": {"really": "yes"}}]},
        {"deltas": ["Do", "ne."]},
        {"calls": [{"name": "wipe", "arguments": {}}]},
        {"text": "As you wish."},
        {
            "calls": [
                {
                    "name": "request_choices",
                    "arguments": {
                        "questions": [{"question": "?", "header": "H", "options": ["a", "b"]}]
                    },
                }
            ]
        },
        {"text": "Good choice."},
        {"deltas": ["Wa", {"gate": "wait"}, "it."]},
        {"deltas": ["Never", {"gate": "never"}, "."]},
    ],
    "tools": [
        {
            "name": "wipe",
            "description": "Wipes.",
            "parameters": {"type": "object"},
            "answers": [{"result": "wiped"}],
        }
    ],
    "confirmTools": ["wipe"],
}


async def eventful(running: Running) -> None:
    """Approval, refusal, a card, a ping in mid-turn, a cancel in mid-turn."""
    async with aiohttp.ClientSession() as client, client.ws_connect(running.url) as socket:
        app = Session(socket, running)
        await app.create(supports=["choice_chips"])
        for request, approved in (("t1", True), ("t2", False)):
            await app.say(request, "wipe it")
            await app.until("write_confirmation_required")
            await app.send(
                "confirm_tool_action", requestId=request, sessionId=app.id, approved=approved
            )
            await app.until("eventual_response")
        await app.say("t3", "let me pick")
        card = (await app.until("interaction_required"))["data"]["data"]["interactionId"]
        values = {"answers": [{"header": "H", "options": ["a"]}]}
        submit = {"requestId": "s", "sessionId": app.id, "interactionId": card, "values": values}
        await app.send("submit_interaction", **submit)
        await app.until("eventual_response")
        await app.say("t4", "slowly")
        await app.until("stream_token")
        await app.send("ping", requestId="p")
        await app.until("pong")
        assert running.run is not None
        running.run.release("wait")
        await app.until("eventual_response")
        await app.say("t5", "never mind")
        await app.until("stream_token")
        await app.send("cancel", requestId="t5")
        await app.until("cancelled")


async def test_prompts_cards_and_frames_in_mid_turn_replay(before: Start, tmp_path: Path) -> None:
    running = await before(load_target("python"), GATED)
    await eventful(running)
    assert running.broken == []
    told = record(running.proxy)
    steps = told[0].body["steps"]
    assert [step["release"] for step in steps if "release" in step] == ["g1"]
    cases = await replayed(told, load_target("python"), tmp_path / "again")
    assert green(cases), cases


async def watched(running: Running) -> None:
    """A turn that two sockets see, the second one by its number."""
    async with (
        aiohttp.ClientSession() as client,
        client.ws_connect(running.url) as first,
        client.ws_connect(running.url) as second,
    ):
        one, two = Session(first, running), Session(second, running)
        for app in (one, two):
            hello = {"requestId": "h", "protocolVersions": ["1"], "supports": ["event_seq"]}
            await app.send("hello", **hello)
            await app.until("welcome")
        await one.create()
        await two.send("resume_stream", requestId="r", sessionId=one.id)
        await two.until("immediate_response")
        await one.say("t1", "hello")
        last = await one.until("eventual_response")
        await two.until("eventual_response")
        await two.send("resume_stream", requestId="q", sessionId=one.id, afterSeq=last["seq"] - 1)
        await two.until("eventual_response")


async def test_two_sockets_of_a_conversation_are_one_scenario(
    before: Start, tmp_path: Path
) -> None:
    running = await before(load_target("python"), {"script": TWO[:1]})
    await watched(running)
    assert running.broken == []
    told = record(running.proxy)
    assert [one.body.get("needs") for one in told] == [["event_seq"]]
    assert green(await replayed(told, load_target("python"), tmp_path / "again"))


async def test_sockets_that_share_nothing_are_scenarios_of_their_own(before: Start) -> None:
    running = await before(load_target("python"), {"script": [*TWO, *TWO]})
    await plain(running)
    await plain(running)
    assert [one.name for one in record(running.proxy)] == [
        "recorded/session-1",
        "recorded/session-2",
    ]


@pytest.mark.parametrize("fault", ["two-terminals", "token-first"])
async def test_what_should_not_have_come_is_not_asked_for(
    before: Start, tmp_path: Path, fault: str
) -> None:
    """The recording of a faulty server is green on an honest one, and red on the faulty one."""
    running = await before(small(fault), {"script": TWO})
    await plain(running)
    assert running.broken
    told = record(running.proxy)
    assert green(await replayed(told, small(), tmp_path / "honest"))
    assert not green(await replayed(told, small(fault), tmp_path / "faulty"))


async def test_a_turn_that_failed_fails_again(before: Start, tmp_path: Path) -> None:
    script: list[Json] = [{"deltas": ["Tu"], "cut": True}, {"http": 400}]
    running = await before(load_target("python"), {"script": script})
    async with aiohttp.ClientSession() as client, client.ws_connect(running.url) as socket:
        app = Session(socket, running)
        await app.create()
        for request in ("t1", "t2"):
            await app.say(request, "hello")
            await app.until("error")
    assert green(await replayed(record(running.proxy), load_target("python"), tmp_path / "again"))


async def test_an_app_that_leaves_in_mid_turn(before: Start, tmp_path: Path) -> None:
    script: list[Json] = [{"deltas": ["Tu", {"gate": "g"}, "esday."]}]
    running = await before(load_target("python"), {"script": script})
    async with aiohttp.ClientSession() as client, client.ws_connect(running.url) as socket:
        app = Session(socket, running)
        await app.create()
        await app.say("t1", "hello")
        await app.until("stream_token")
    assert green(await replayed(record(running.proxy), load_target("python"), tmp_path / "again"))


async def test_a_session_older_than_the_proxy_gets_one_of_its_own(
    before: Start, tmp_path: Path
) -> None:
    running = await before(load_target("python"), {"script": TWO})
    assert running.run is not None
    direct = running.run.bindings["server"]["ws"]
    async with aiohttp.ClientSession() as client:
        async with client.ws_connect(direct) as socket:
            app = Session(socket, running)
            await app.create()
        async with client.ws_connect(running.url) as socket:
            later = Session(socket, running)
            later.id = app.id
            await later.say("t1", "hello again")
            await later.until("eventual_response")
    told = record(running.proxy)
    assert app.id not in json.dumps(told[0].body["steps"])
    assert green(await replayed(told, load_target("python"), tmp_path / "again"))
