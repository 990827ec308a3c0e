"""When a lost socket is given up, who watches on purpose, and how tokens stay fresh."""

from __future__ import annotations

import asyncio
import itertools
import time

import pytest
from smooth_operator import (
    ClosedError,
    ConnectError,
    Disconnected,
    Reconnect,
    Reconnected,
    TimeoutError,
)

from .lost_socket import OURS, C, S, again


@pytest.mark.parametrize("code", [1000, 1002, 1003, 1007, 1008, 1009, 1010, 1015, 4401, 4429])
async def test_final_closes_are_final(stage, event, code):
    client, wire = await stage.open(OURS)
    turn = client.session(S).send("hi")
    await wire.heard("send_message")
    wire.hang_up(code, "enough")
    with pytest.raises(ClosedError) as raised:
        await turn
    assert raised.value.close_code == code
    assert client.closed
    assert stage.network.dialled == 1
    with pytest.raises(ClosedError) as raised:
        await client.ping()
    assert (raised.value.close_code, raised.value.reason) == (code, "enough")


@pytest.mark.parametrize("code", [None, 1001, 1005, 1006, 1011, 1012, 1013, 4408])
async def test_recoverable_closes_are_recovered(stage, code):
    client, wire = await stage.open(OURS)
    wire.hang_up(code)
    await again(stage)
    assert not client.closed


async def test_4401_is_recovered_with_a_fresh_token(stage):
    tokens = itertools.count()
    client, wire = await stage.open(OURS, token=lambda: f"t{next(tokens)}", token_transport="hello")
    wire.hang_up(4401)
    wire = await stage.network.accept()
    hello = await wire.welcome(OURS)
    assert hello["token"] == "t1"
    assert not client.closed


async def test_refused_attempts_are_repeated_until_one_stands(stage):
    client, wire = await stage.open(OURS)
    stage.network.refusals += [
        ConnectError("down"),
        ConnectError("draining", http_status=503),
        TimeoutError("slow", kind="connect"),
    ]
    wire.hang_up(1006)
    await again(stage)
    assert stage.network.dialled == 5
    assert not client.closed


async def test_a_final_refusal_ends_the_client(stage):
    client, wire = await stage.open(OURS)
    stage.network.refusals.append(ConnectError("gone", http_status=404))
    wire.hang_up(1006)
    with pytest.raises(ClosedError, match="gone"):
        await client.ping()
    assert client.closed


async def test_after_a_while_it_is_given_up(stage):
    client, wire = await stage.open(OURS, reconnect=Reconnect(initial=0, give_up_after=0.02))
    stage.network.refusals += [ConnectError("down")] * 100_000
    turn = client.session(S).send("hi")
    await wire.heard("send_message")
    wire.hang_up(1006)
    with pytest.raises(Disconnected, match=r"0\.02 s"):
        await turn
    assert client.closed


async def test_reconnecting_can_be_turned_off(stage):
    client, wire = await stage.open(OURS, reconnect=None)
    wire.hang_up(1006)
    with pytest.raises(ClosedError):
        await client.ping()
    assert stage.network.dialled == 1


async def test_closing_during_an_outage_leaves_nothing_behind(stage):
    client, wire = await stage.open(OURS, reconnect=Reconnect(initial=1000))
    turn = client.session(S).send("hi")
    await wire.heard("send_message")
    wire.hang_up(1006)
    waiting = asyncio.ensure_future(client.get_session(S))
    await asyncio.sleep(0)
    await client.close()
    with pytest.raises(ClosedError):
        await waiting
    with pytest.raises(ClosedError):
        await turn


async def test_closing_during_an_attempt_closes_its_socket(stage):
    client, wire = await stage.open(OURS)
    wire.hang_up(1006)
    wire = await stage.network.accept()
    await wire.heard("hello")
    await client.close()
    assert wire.closed_with == 1000


# ---------------------------------------------------------------------- watching on purpose


async def test_resume_moves_the_view_and_replays_to_listeners(stage, event):
    client, wire = await stage.open(OURS)
    heard = client.events()
    resuming = asyncio.ensure_future(client.resume(S, after_seq=1, epoch="e1"))
    frame = await wire.heard("get_session")
    wire.say(event("ack", frame["requestId"], sessionId=S, conversationId=C, agentName="a"))
    frame = await wire.heard("resume_stream")
    assert (frame["afterSeq"], frame["epoch"]) == (1, "e1")
    wire.say(event("resumed", frame["requestId"], 3, activeRequestId="theirs"))
    for seq, text in ((2, "a"), (3, "b"), (3, "b")):
        wire.say(event("logged", "theirs", event("token", "theirs", text=text), seq, replay=True))
    wire.say(event("logged", "theirs", event("token", "theirs", text="c"), 4))
    state = await resuming
    assert (state.active_request_id, state.last_seq) == ("theirs", 3)
    assert [(await heard.__anext__()).token for _ in range(3)] == ["a", "b", "c"]
    await heard.aclose()


async def test_after_a_cut_the_watch_goes_on(stage, event):
    client, wire = await stage.open(OURS)
    heard = client.events()
    resuming = asyncio.ensure_future(client.resume(S))
    frame = await wire.heard("get_session")
    wire.say(event("ack", frame["requestId"], sessionId=S, conversationId=C, agentName="a"))
    frame = await wire.heard("resume_stream")
    assert "afterSeq" not in frame
    wire.say(event("resumed", frame["requestId"], 7))
    await resuming
    wire.say(event("logged", "t", event("token", "t", text="a"), 8))
    assert (await heard.__anext__()).token == "a"
    wire.hang_up(1006)
    wire = await again(stage)
    frame = await wire.heard("resume_stream")
    assert frame["afterSeq"] == 8
    wire.say(event("resumed", frame["requestId"], 9))
    wire.say(event("logged", "t", event("token", "t", text="b"), 9, replay=True))
    assert await heard.__anext__() == Reconnected()
    assert (await heard.__anext__()).token == "b"
    await heard.aclose()


# ---------------------------------------------------------------------- tokens


async def test_a_token_is_renewed_before_it_expires(stage, event):
    tokens = itertools.count()
    client, wire = await stage.open(
        ["token_renewal"],
        expires_at=int(time.time() * 1000) + 40,
        token=lambda: f"t{next(tokens)}",
    )
    for number in range(2):
        frame = await wire.heard("authenticate")
        assert frame["token"] == f"t{number}"
        wire.say(event("ack", frame["requestId"], expiresAt=int(time.time() * 1000) + 40))
    await client.close()


async def test_a_failed_renewal_is_tried_again_and_the_client_lives(stage, event, monkeypatch):
    monkeypatch.setattr("smooth_operator._renewal._RETRY_SECONDS", 0)
    client, wire = await stage.open(["token_renewal"], expires_at=1, token=lambda: "t")
    frame = await wire.heard("authenticate")
    wire.say(event("error", frame["requestId"], code="UNAUTHENTICATED"))
    frame = await wire.heard("authenticate")
    wire.say(event("ack", frame["requestId"]))
    assert not client.closed
