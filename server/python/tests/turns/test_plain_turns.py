"""Plain turns over a real socket: order, history, usage, failures, the slot."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from smooth_operator_server import Settings, serve_local
from smooth_operator_server.agents.model import Agent
from smooth_operator_server.agents.registry import Agents

AGENT = Agent(
    id="7c1d2e3f-1111-4222-8333-944445555603",
    slug="main",
    name="Main",
    instructions="Be brief.",
    greeting="Hello!",
    persona="A clerk",
)


async def test_one_turn_then_a_second_that_remembers(connect: Any, model: Any) -> None:
    model.says("Tu", "esday.").says("As I said.")
    async with serve_local(model=model, agents=Agents([AGENT], AGENT)) as server:
        peer = await connect(server)
        session = await peer.session(agentId="main")
        assert peer.opened["data"]["agentName"] == "Main"
        await peer.send("send_message", requestId="t1", sessionId=session, message="When?")
        events = await peer.until("eventual_response")
        assert [event["type"] for event in events] == [
            "immediate_response",
            "stream_token",
            "stream_token",
            "eventual_response",
        ]
        assert events[0]["status"] == 202
        assert {event["requestId"] for event in events} == {"t1"}
        answer = events[-1]["data"]["data"]
        assert answer["response"]["responseParts"] == ["Tuesday."]
        assert answer["usage"] == {"promptTokens": 10, "completionTokens": 5, "costUsd": 0.5}
        assert "citations" not in answer
        await peer.send("send_message", requestId="t2", sessionId=session, message="Again?")
        await peer.until("eventual_response")
    system, *told = model.requests[1].messages
    assert system["content"].startswith("Be brief.\n\n")
    assert "Hello!" in model.requests[0].messages[0]["content"]
    assert "Hello!" not in system["content"]
    assert [(m["role"], m["content"]) for m in told] == [
        ("user", "When?"),
        ("assistant", "Tuesday."),
        ("user", "Again?"),
    ]


async def test_a_turn_without_request_id_gets_one(connect: Any, model: Any) -> None:
    model.says("ok")
    async with serve_local(model=model) as server:
        peer = await connect(server)
        session = await peer.session()
        await peer.send("send_message", sessionId=session, message="hi")
        ids = {event["requestId"] for event in await peer.until("eventual_response")}
    assert len(ids) == 1
    assert len(ids.pop()) == 36


async def test_the_model_gives_up(connect: Any, model: Any) -> None:
    model.says("ab", fails=True).says("Fine.")
    async with serve_local(model=model) as server:
        peer = await connect(server)
        session = await peer.session()
        await peer.send("send_message", requestId="t1", sessionId=session, message="one")
        events = await peer.until("error")
        assert events[-1]["error"]["code"] == "AGENT_ERROR"
        await peer.send("send_message", requestId="t2", sessionId=session, message="two")
        await peer.until("eventual_response")
    assert [m["role"] for m in model.requests[1].messages if m["role"] != "system"] == [
        "user",
        "user",
    ]


async def test_one_turn_a_connection_and_a_conversation(
    connect: Any, model: Any, gate: asyncio.Event
) -> None:
    model.says("a", "b", gates={1: gate})
    async with serve_local(model=model) as server:
        peer = await connect(server)
        session = await peer.session()
        other = await peer.session()
        await peer.send("send_message", requestId="t1", sessionId=session, message="hi")
        await peer.until("stream_token")
        busy = await peer.ask("send_message", requestId="t2", sessionId=other, message="hi")
        assert (busy["requestId"], busy["error"]["code"]) == ("t2", "TURN_IN_PROGRESS")
        same = await peer.ask("send_message", requestId="t1", sessionId=session, message="hi")
        assert "requestId" not in same
        assert same["error"]["code"] == "TURN_IN_PROGRESS"
        neighbour = await connect(server)
        taken = await neighbour.ask("send_message", requestId="n", sessionId=session, message="hi")
        assert taken["error"]["code"] == "TURN_IN_PROGRESS"
        gate.set()
        await peer.until("eventual_response")
    assert len(model.requests) == 1


async def test_without_streaming_only_prompts_and_the_end_come(connect: Any, model: Any) -> None:
    model.says("a", "b", reasoning=("hm",))
    async with serve_local(model=model) as server:
        peer = await connect(server, hello=["event_seq"])
        session = await peer.session()
        await peer.send(
            "send_message", requestId="t", sessionId=session, message="hi", stream=False
        )
        events = await peer.until("eventual_response")
    assert [(e["type"], e.get("seq")) for e in events] == [
        ("immediate_response", None),
        ("turn_started", 1),
        ("eventual_response", 2),
    ]
    assert events[-1]["data"]["data"]["response"]["responseParts"] == ["ab"]


async def test_reasoning_streams_apart_and_usage_needs_every_call(connect: Any, model: Any) -> None:
    from smooth_operator_server.engine.model import Usage

    model.says("a", reasoning=("hm",), usage=Usage(3, 4))
    async with serve_local(model=model) as server:
        peer = await connect(server)
        session = await peer.session()
        await peer.send("send_message", requestId="t", sessionId=session, message="hi")
        events = await peer.until("eventual_response")
    assert [(e["type"], e.get("token")) for e in events[1:3]] == [
        ("stream_reasoning", "hm"),
        ("stream_token", "a"),
    ]
    assert events[-1]["data"]["data"]["usage"] == {"promptTokens": 3, "completionTokens": 4}


async def test_a_turn_that_takes_too_long_is_stopped(
    connect: Any, model: Any, gate: asyncio.Event
) -> None:
    model.says("a", gates={0: gate})
    async with serve_local(Settings(port=0, turn_seconds=0.05), model=model) as server:
        peer = await connect(server)
        session = await peer.session()
        await peer.send("send_message", requestId="t", sessionId=session, message="hi")
        assert (await peer.until("error"))[-1]["error"]["code"] == "AGENT_ERROR"
        await asyncio.wait_for(model.cut.wait(), 5)


async def test_a_silent_turn_is_kept_alive(connect: Any, model: Any, gate: asyncio.Event) -> None:
    model.says("a", gates={0: gate})
    async with serve_local(Settings(port=0, keepalive_seconds=0.05), model=model) as server:
        peer = await connect(server, hello=["event_seq"])
        session = await peer.session()
        await peer.send("send_message", requestId="t", sessionId=session, message="hi")
        alive = (await peer.until("keepalive"))[-1]
        assert (alive["requestId"], alive["data"]["requestId"]) == ("t", "t")
        assert alive["conversationId"] == peer.opened["data"]["conversationId"]
        assert "seq" not in alive
        gate.set()
        await peer.until("eventual_response")


async def test_without_a_model_nothing_is_accepted(connect: Any) -> None:
    async with serve_local() as server:
        peer = await connect(server)
        session = await peer.session()
        refused = await peer.ask("send_message", requestId="t", sessionId=session, message="hi")
        assert refused["error"]["code"] == "LLM_UNAVAILABLE"
        page = await peer.ask("get_conversation_messages", sessionId=session)
        assert page["data"] == {"messages": [], "nextCursor": None, "hasMore": False}


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"message": "  "}, "message"),
        ({}, "message"),
        ({"message": 5}, "message"),
        ({"message": "x" * 11}, "message"),
        ({"message": "x", "clientMessageId": ""}, "clientMessageId"),
    ],
)
async def test_bad_fields(connect: Any, model: Any, fields: Any, field: str) -> None:
    async with serve_local(Settings(port=0, max_message_chars=10), model=model) as server:
        peer = await connect(server)
        session = await peer.session()
        refused = await peer.ask("send_message", requestId="t", sessionId=session, **fields)
    assert refused["error"]["code"] == "VALIDATION_ERROR"
    assert f"'{field}'" in refused["error"]["message"]
