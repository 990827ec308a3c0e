"""Cuts, watchers and resends: nothing lost, doubled or run twice."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from smooth_operator_server import Settings, serve_local
from smooth_operator_server.events import shelf
from smooth_operator_server.turns import quiet

SEQ = ["event_seq"]


async def start(peer: Any, session: str, id: str = "t", **more: Any) -> None:
    await peer.send("send_message", requestId=id, sessionId=session, message="hi", **more)


@pytest.mark.parametrize("seen", [0, 1, 2])
async def test_a_cut_loses_and_doubles_nothing(
    connect: Any, model: Any, gate: asyncio.Event, seen: int
) -> None:
    model.says("one ", "two ", "three", gates={seen: gate})
    async with serve_local(model=model) as server:
        first = await connect(server, hello=SEQ)
        session = await first.session()
        await start(first, session)
        events = [await first.next() for _ in range(2 + seen)]
        started = events[1]
        assert (started["type"], started["seq"]) == ("turn_started", 1)
        first.socket.transport.abort()
        second = await connect(server, hello=SEQ)
        ack = await second.ask(
            "resume_stream",
            requestId="r",
            sessionId=session,
            afterSeq=events[-1]["seq"],
            epoch=started["data"]["epoch"],
        )
        assert (ack["message"], ack["data"]["truncated"]) == ("Stream resumed", False)
        assert ack["data"]["activeRequestId"] == "t"
        gate.set()
        rest = await second.until("eventual_response")
    numbers = [event["seq"] for event in events[1:] + rest]
    assert numbers == list(range(1, len(numbers) + 1))
    tokens = [e["token"] for e in events + rest if e["type"] == "stream_token"]
    assert "".join(tokens) == "one two three"


@pytest.mark.parametrize("packed", [False, True])
async def test_a_replay_is_marked_and_whole(
    connect: Any, model: Any, monkeypatch: pytest.MonkeyPatch, packed: bool
) -> None:
    if packed:
        monkeypatch.setattr(quiet, "AWAKE", 0)
        monkeypatch.setattr(shelf, "WORTH", 1)
    model.says("a", "b")
    async with serve_local(model=model) as server:
        first = await connect(server, hello=SEQ)
        session = await first.session()
        await start(first, session)
        live = await first.until("eventual_response")
        second = await connect(server, hello=SEQ)
        await second.ask("resume_stream", sessionId=session, afterSeq=0)
        replayed = await second.until("eventual_response")
    assert [{**e, "replay": True} for e in live[1:]] == replayed


async def test_resume_needs_its_capability_and_a_session(connect: Any, model: Any) -> None:
    async with serve_local(model=model) as server:
        plain = await connect(server)
        session = await plain.session()
        refused = await plain.ask("resume_stream", requestId="r", sessionId=session)
        assert refused["error"]["code"] == "VALIDATION_ERROR"
        peer = await connect(server, hello=SEQ)
        refused = await peer.ask("resume_stream", requestId="r", sessionId="nope")
        assert refused["error"]["code"] == "SESSION_NOT_FOUND"


async def test_watchers_see_a_turn_that_another_socket_started(connect: Any, model: Any) -> None:
    model.says("a")
    async with serve_local(model=model) as server:
        sender, watcher, plain = (
            await connect(server),
            await connect(server, hello=SEQ),
            await connect(server),
        )
        session = await sender.session()
        conversation = sender.opened["data"]["conversationId"]
        await watcher.session(conversationId=conversation)
        await plain.session(conversationId=conversation)
        await start(sender, session)
        own = await sender.until("eventual_response")
        seen = await watcher.until("eventual_response")
        await plain.quiet()
    assert [e["type"] for e in seen] == ["turn_started", "stream_token", "eventual_response"]
    assert {e["conversationId"] for e in seen} == {conversation}
    assert not any({"seq", "conversationId"} & e.keys() for e in own)


async def test_a_plain_socket_takes_its_turn_along(
    connect: Any, model: Any, gate: asyncio.Event
) -> None:
    model.says("a", gates={0: gate}).says("b")
    async with serve_local(model=model) as server:
        first = await connect(server)
        session = await first.session()
        await start(first, session)
        await first.next()
        await first.socket.close()
        await asyncio.wait_for(model.cut.wait(), 5)
        second = await connect(server)
        await start(second, session, "t2")
        await second.until("eventual_response")
        page = await second.ask("get_conversation_messages", sessionId=session)
    assert [m["direction"] for m in page["data"]["messages"]] == ["outbound", "inbound", "inbound"]


async def test_on_disconnect_cancel_ends_every_turn(
    connect: Any, model: Any, gate: asyncio.Event
) -> None:
    model.says("a", gates={0: gate})
    async with serve_local(Settings(port=0, on_disconnect="cancel"), model=model) as server:
        peer = await connect(server, hello=SEQ)
        await start(peer, await peer.session())
        await peer.until("turn_started")
        await peer.socket.close()
        await asyncio.wait_for(model.cut.wait(), 5)


async def test_a_dead_socket_does_not_lock_a_reloaded_page_out(
    connect: Any, model: Any, gate: asyncio.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    from smooth_operator_server.actions import send

    monkeypatch.setattr(send, "PROBE_SECONDS", 0.05)
    model.says("a", gates={0: gate}).says("b")
    async with serve_local(model=model) as server:
        dead, alive = await connect(server), await connect(server)
        session = await dead.session()
        await start(dead, session)
        await dead.next()
        dead.socket.transport.pause_reading()
        await start(alive, session, "t2")
        events = await alive.until("eventual_response")
        assert [e["type"] for e in events] == [
            "immediate_response",
            "stream_token",
            "eventual_response",
        ]
        assert events[1]["token"] == "b"
        dead.socket.transport.abort()


async def test_a_message_id_runs_once(connect: Any, model: Any, gate: asyncio.Event) -> None:
    model.says("Once.", gates={0: gate})
    async with serve_local(model=model) as server:
        one, two, plain = (
            await connect(server, hello=SEQ),
            await connect(server, hello=SEQ),
            await connect(server),
        )
        session = await one.session()
        for peer, id in ((one, "t1"), (two, "t2"), (plain, "t3")):
            await start(peer, session, id, clientMessageId="m")
            ack = await peer.next()
            assert (ack["status"], ack["requestId"]) == (202, id)
            if peer is not one:
                assert ack["data"] == {"requestId": "t1", "duplicate": True}
        gate.set()
        assert [e["type"] for e in await one.until("eventual_response")] == [
            "turn_started",
            "stream_token",
            "eventual_response",
        ]
        assert [e["seq"] for e in await two.until("eventual_response")] == [2, 3]
        end = await plain.next()
        assert (end["type"], end["requestId"], "seq" in end) == ("eventual_response", "t1", False)
        await start(two, session, "t4", clientMessageId="m")
        assert (await two.next())["data"]["duplicate"] is True
        again = await two.next()
        assert (again["type"], again["requestId"], "seq" in again) == (
            "eventual_response",
            "t1",
            False,
        )
        conflict = await plain.ask(
            "send_message", requestId="t5", sessionId=session, message="?", clientMessageId="m"
        )
        assert (conflict["requestId"], conflict["error"]["code"]) == ("t5", "IDEMPOTENCY_CONFLICT")
        await one.quiet()
    assert len(model.requests) == 1


async def test_a_stranger_socket_may_cancel_and_learns_of_it(
    connect: Any, model: Any, gate: asyncio.Event
) -> None:
    model.says("a", gates={0: gate})
    async with serve_local(model=model) as server:
        first, second = await connect(server, hello=SEQ), await connect(server)
        session = await first.session()
        await start(first, session)
        await first.until("turn_started")
        await second.send("cancel", requestId="unknown", sessionId=session)
        told = await second.next()
        assert (told["type"], told["requestId"], "seq" in told) == ("cancelled", "t", False)
        assert (await first.next())["seq"] == 2
        await second.quiet()
