"""The first frames: hello where it is known, life without it where it is not."""

from __future__ import annotations

import asyncio

import pytest
from smooth_operator import ClosedError, ConnectError, ServerError, TimeoutError, connect


async def opening(stage, **options):
    task = asyncio.ensure_future(
        connect("ws://nowhere", dial=stage.network.dial, **options)._open()
    )
    return task, await stage.network.accept()


async def test_hello_says_what_the_client_can_do(stage):
    task, wire = await opening(stage)
    hello = await wire.welcome(["event_seq", "tools"])
    assert hello["protocolVersions"] == ["1"]
    assert hello["supports"] == ["event_seq", "otp_park"]
    assert "token" not in hello
    client = await task
    stage.clients.append(client)
    assert client.hello.server.language == "python"
    assert client.supports("tools")
    assert not client.supports("otp")


async def test_a_token_callback_declares_renewal(stage):
    task, wire = await opening(stage, token=lambda: "t")
    hello = await wire.welcome([])
    assert "token_renewal" in hello["supports"]
    stage.clients.append(await task)


async def test_a_token_can_travel_in_the_hello(stage):
    async def fetch():
        return "t-1"

    task, wire = await opening(stage, token=fetch, token_transport="hello")
    hello = await wire.welcome([])
    assert hello["token"] == "t-1"
    stage.clients.append(await task)


async def test_a_server_without_hello_is_used_without_additions(stage, event):
    client, wire = await stage.open(None)
    assert client.hello is None
    assert not client.supports("event_seq")
    turn = client.session("s").send("hi")
    frame = await wire.heard("send_message")
    assert "clientMessageId" not in frame
    wire.say(event("answer", turn.request_id))
    await turn


async def test_hello_can_be_left_out(stage):
    client, wire = await stage.open(hello=False)
    assert client.hello is None
    assert wire.silent


async def test_frames_before_the_welcome_are_not_lost(stage, event):
    task, wire = await opening(stage)
    wire.say({"type": "aurora"})
    wire.say("junk")
    await wire.welcome([])
    stage.clients.append(await task)


@pytest.mark.parametrize("code", ["VALIDATION_ERROR", "UNSUPPORTED_ACTION"])
async def test_a_refused_hello_carries_on(stage, event, code):
    task, wire = await opening(stage)
    hello = await wire.heard("hello")
    wire.say(event("error", hello["requestId"], code=code))
    client = await task
    stage.clients.append(client)
    assert client.hello is None


async def test_unauthenticated_is_final_and_closes_the_socket(stage, event):
    task, wire = await opening(stage)
    hello = await wire.heard("hello")
    wire.say(event("error", hello["requestId"], code="UNAUTHENTICATED"))
    with pytest.raises(ServerError) as raised:
        await task
    assert raised.value.code == "UNAUTHENTICATED"
    assert wire.closed_with == 1000


async def test_a_close_during_the_handshake(stage):
    task, wire = await opening(stage)
    await wire.heard("hello")
    wire.hang_up(4401, "who?")
    with pytest.raises(ClosedError) as raised:
        await task
    assert (raised.value.close_code, raised.value.reason) == (4401, "who?")


async def test_a_silent_server_times_out(stage):
    task, _ = await opening(stage, connect_timeout=0.02)
    with pytest.raises(TimeoutError) as raised:
        await task
    assert raised.value.kind == "connect"


async def test_an_unreadable_welcome_is_no_connection(stage):
    task, wire = await opening(stage)
    hello = await wire.heard("hello")
    wire.say({"type": "welcome", "requestId": hello["requestId"], "data": {}})
    with pytest.raises(ConnectError):
        await task


async def test_a_failing_dial_is_raised_as_it_is(stage):
    stage.network.refusals.append(ConnectError("no", http_status=503))
    with pytest.raises(ConnectError) as raised:
        await connect("ws://nowhere", dial=stage.network.dial)
    assert raised.value.http_status == 503
    assert stage.network.dialled == 1


async def test_connect_as_a_context_closes(stage):
    async with connect("ws://nowhere", dial=stage.network.dial, hello=False) as client:
        wire = await stage.network.accept()
        assert not client.closed
    assert client.closed
    assert wire.closed_with == 1000
    await client.close()


async def test_a_client_closes_itself_as_a_context(stage):
    async with await connect("ws://nowhere", dial=stage.network.dial, hello=False) as client:
        pass
    assert client.closed
