"""Draining: turns end, parks are denied, everybody is told, nobody new comes in."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import websockets
from smooth_operator_server import Settings, serve_local


async def start(peer: Any, id: str = "t") -> str:
    session: str = await peer.session()
    await peer.send("send_message", requestId=id, sessionId=session, message="hi")
    return session


async def test_a_running_turn_ends_and_an_idle_socket_goes_at_once(
    connect: Any, model: Any, gate: asyncio.Event
) -> None:
    model.says("half ", "whole", gates={1: gate})
    async with serve_local(model=model) as server:
        busy, idle = await connect(server), await connect(server)
        session = await start(busy)
        await busy.until("stream_token")
        drained = asyncio.create_task(server.drain())
        assert await idle.closed() == 1001
        assert idle.socket.close_reason == "server draining"
        refused = await busy.ask("send_message", requestId="n", sessionId=session, message="?")
        assert refused["error"]["code"] == "AGENT_ERROR"
        with pytest.raises(websockets.InvalidStatus) as caught:
            await connect(server)
        assert caught.value.response.status_code == 503
        gate.set()
        await busy.until("eventual_response")
        assert await busy.closed() == 1001
        await drained


async def test_a_park_is_denied_and_the_model_told(
    connect: Any, model: Any, tool: Any, toolbox: Any
) -> None:
    wipe = tool("wipe")
    model.calls(("wipe", {"id": "1"})).calls(("wipe", {"id": "2"})).says("Not done.")
    settings = Settings(port=0, confirm_tools=("wipe",))
    async with serve_local(settings, model=model, tools=[toolbox(wipe)]) as server:
        peer = await connect(server, hello=["event_seq"])
        await start(peer)
        await peer.until("write_confirmation_required")
        drained = asyncio.create_task(server.drain())
        events = await peer.until("eventual_response")
        assert [event["type"] for event in events] == [
            "stream_chunk",
            "park_resolved",
            "stream_chunk",
            "stream_chunk",
            "stream_chunk",
            "stream_token",
            "eventual_response",
        ]
        assert events[1]["data"]["outcome"] == "rejected"
        assert await peer.closed() == 1001
        await drained
    assert wipe.seen == []


async def test_what_does_not_end_in_time_fails(
    connect: Any, model: Any, gate: asyncio.Event
) -> None:
    model.says("a", gates={0: gate})
    async with serve_local(Settings(port=0, drain_seconds=0.05), model=model) as server:
        peer = await connect(server)
        await start(peer)
        await peer.next()
        drained = asyncio.create_task(server.drain())
        assert (await peer.next())["error"]["code"] == "AGENT_ERROR"
        assert await peer.closed() == 1001
        await drained
