"""Each action: the frame that goes out, the result that comes back, the errors in between."""

from __future__ import annotations

import asyncio
import uuid

import pytest
from smooth_operator import (
    BadFrame,
    DecodeError,
    ErrorCode,
    InvalidRequest,
    ServerError,
    TimeoutError,
    UnknownEvent,
)

S = "0b0e4c52-94a7-4b5e-8f0b-6f0e7f6f3a01"
C = "5a3c1f9e-6d57-4a1c-8e7a-0c2b7e1d9b02"
PARTY = {"id": S, "type": "user"}


def message(number):
    return {
        "id": str(uuid.UUID(int=number)),
        "direction": "inbound",
        "content": {"text": str(number)},
        "createdAt": "2026-03-01T10:00:00.000Z",
    }


async def exchange(wire, call, action, *replies):
    """Run `call`, expect `action`, reply; (the frame, the result)."""
    waiting = asyncio.ensure_future(call)
    frame = await wire.heard(action)
    for reply in replies:
        wire.say({**reply, "requestId": frame["requestId"]})
    return frame, await waiting


async def test_create_session_sends_every_field_it_was_given_and_no_other(stage, event):
    client, wire = await stage.open()
    frame, session = await exchange(
        wire,
        client.create_session(
            uuid.UUID(int=5),
            conversation_id=C,
            user_name="Pat",
            user_email="pat@example.org",
            supports=["choice_chips"],
            metadata={"page": "/"},
            browser_fingerprint="f",
            auth_context={"userId": "u", "signature": "s", "timestamp": 1},
        ),
        "create_conversation_session",
        event("session_created", ""),
    )
    del frame["requestId"]
    assert frame == {
        "action": "create_conversation_session",
        "agentId": str(uuid.UUID(int=5)),
        "conversationId": C,
        "userName": "Pat",
        "userEmail": "pat@example.org",
        "supports": ["choice_chips"],
        "metadata": {"page": "/"},
        "browserFingerprint": "f",
        "authContext": {"userId": "u", "signature": "s", "timestamp": 1},
    }
    assert (session.id, session.conversation_id) == (S, C)
    assert session.info.agent_name == "Ada"


async def test_send_carries_its_options(stage):
    client, wire = await stage.open()
    session = client.session(uuid.UUID(S))
    turn = session.send(
        "hi",
        stream=False,
        model="m",
        skill="s",
        images=[{"url": "https://a.example/i.png", "detail": "low"}],
        files=[{"name": "a.csv", "url": "data:,x", "mimeType": "text/csv"}],
        client_message_id="c-1",
        request_id="r-1",
    )
    assert await wire.heard() == {
        "action": "send_message",
        "requestId": "r-1",
        "sessionId": S,
        "message": "hi",
        "stream": False,
        "model": "m",
        "skill": "s",
        "images": [{"url": "https://a.example/i.png", "detail": "low"}],
        "files": [{"name": "a.csv", "url": "data:,x", "mimeType": "text/csv"}],
        "clientMessageId": "c-1",
    }
    assert turn.client_message_id == "c-1"
    await turn.cancel()


async def test_get_session_reads_servers_that_leave_participants_out(stage, event):
    client, wire = await stage.open()
    reply = event("ack", "", sessionId=S, conversationId=C, agentId=None, agentName="a")
    _, info = await exchange(wire, client.get_session(S), "get_session", reply)
    assert (info.conversation_id, info.user_participant_id, info.agent_id) == (C, None, None)


async def test_messages_page_by_cursor_and_the_iterator_walks_all_pages(stage, event):
    client, wire = await stage.open()

    async def serve():
        frames = []
        for number, more in ((3, True), (2, True), (1, False)):
            frame = await wire.heard("get_conversation_messages")
            frames.append(frame)
            page = {
                "messages": [message(number)],
                "nextCursor": f"c{number}" if more else None,
                "hasMore": more,
            }
            wire.say(event("ack", frame["requestId"], **page))
        return frames

    serving = asyncio.ensure_future(serve())
    texts = [each.content.text async for each in client.all_messages(S, page_size=1)]
    frames = await serving
    assert texts == ["3", "2", "1"]
    assert [frame.get("cursor") for frame in frames] == [None, "c3", "c2"]
    assert all(frame["limit"] == 1 and "before" not in frame for frame in frames)


async def test_the_iterator_ends_on_a_server_that_repeats_its_page(stage, event):
    client, wire = await stage.open()

    async def serve():
        for _ in range(2):
            frame = await wire.heard("get_conversation_messages")
            page = {"messages": [message(1)], "nextCursor": "c", "hasMore": True}
            wire.say(event("ack", frame["requestId"], **page))

    serving = asyncio.ensure_future(serve())
    assert len([each async for each in client.session(S).all_messages()]) == 2
    await serving


async def test_a_page_of_whole_domain_messages_is_read(stage, event):
    client, wire = await stage.open()
    rich = {**message(1), "conversationId": C, "metadataJson": {}, "from": PARTY}
    reply = event("ack", "", conversationId=C, messages=[rich], hasMore=False)
    _, page = await exchange(wire, client.messages(S), "get_conversation_messages", reply)
    assert page.messages[0].from_.id == S


async def test_conversations_are_listed_and_renamed(stage, event):
    client, wire = await stage.open()
    summary = {
        "conversationId": C,
        "title": "T",
        "updatedAt": "2026-03-01T10:00:00.000Z",
        "messageCount": 2,
    }
    reply = event("ack", "", conversations=[summary])
    frame, page = await exchange(
        wire, client.list_conversations(limit=5, query="q"), "list_conversations", reply
    )
    assert (frame["limit"], frame["query"]) == (5, "q")
    assert page.conversations[0].title == "T"
    reply = event("ack", "", conversationId=C, title="New")
    _, renamed = await exchange(
        wire, client.rename_conversation(C, " New"), "rename_conversation", reply
    )
    assert renamed.title == "New"


async def test_all_conversations_walks_all_pages(stage, event):
    client, wire = await stage.open()
    summary = {"conversationId": C, "title": "T", "updatedAt": "t", "messageCount": 2}

    async def serve():
        for cursor in ("n", None):
            frame = await wire.heard("list_conversations")
            page = {"conversations": [summary], "nextCursor": cursor, "hasMore": cursor is not None}
            wire.say(event("ack", frame["requestId"], **page))

    serving = asyncio.ensure_future(serve())
    assert len([each async for each in client.all_conversations()]) == 2
    await serving


@pytest.mark.parametrize("data", [{}, {"data": {"timestamp": 5}}])
async def test_ping_takes_a_pong_with_and_without_data(stage, data):
    client, wire = await stage.open()
    await exchange(wire, client.ping(), "ping", {"type": "pong", **data})


async def test_cancel_is_answered_by_nothing(stage):
    client, wire = await stage.open()
    await client.cancel()
    await client.session(S).cancel()
    await client.cancel(S, "r-9")
    assert await wire.heard() == {"action": "cancel"}
    assert await wire.heard() == {"action": "cancel", "sessionId": S}
    assert await wire.heard() == {"action": "cancel", "sessionId": S, "requestId": "r-9"}


async def test_authenticate_gives_the_new_expiry(stage, event):
    client, wire = await stage.open()
    frame, answer = await exchange(
        wire, client.authenticate("t"), "authenticate", event("ack", "", expiresAt=5)
    )
    assert (frame["token"], answer.expires_at) == ("t", 5)


@pytest.mark.parametrize("declined", [True, False])
async def test_interactions_are_answered_by_id(stage, event, declined):
    client, wire = await stage.open()
    call = (
        client.decline(S, "i-1", kind="choices", request_id="r-1")
        if declined
        else client.submit(S, "i-1", {"answers": []}, request_id="r-1")
    )
    frame, outcome = await exchange(wire, call, "submit_interaction", event("ack", ""))
    assert outcome.accepted
    assert frame["requestId"] == "r-1"
    assert ("declined" in frame, "values" in frame) == (declined, not declined)


async def test_reject_and_verify_by_session(stage, event):
    client, wire = await stage.open()
    reply = event("ack", "", sessionId=S, approved=False)
    frame, _ = await exchange(wire, client.reject(S, park_seq=4), "confirm_tool_action", reply)
    assert (frame["approved"], frame["parkSeq"]) == (False, 4)
    _, outcome = await exchange(wire, client.verify(S, "1"), "verify_otp", event("otp_invalid", ""))
    assert not outcome.verified


# ---------------------------------------------------------------------- errors


async def test_a_refusal_is_a_server_error_with_code_id_and_hint(stage, event):
    client, wire = await stage.open()
    descriptor = {"code": "RATE_LIMITED", "message": "slow down"}
    reply = {
        "type": "error",
        "error": descriptor,
        "data": {"error": descriptor, "details": {"retryAfterMs": 1500}},
    }
    with pytest.raises(ServerError) as raised:
        await exchange(wire, client.get_session(S), "get_session", reply)
    assert raised.value.code == ErrorCode.RATE_LIMITED
    assert raised.value.retry_after == 1.5
    assert raised.value.request_id is not None
    assert str(raised.value) == "RATE_LIMITED: slow down"


async def test_an_event_that_cannot_answer_is_unexpected(stage, event):
    client, wire = await stage.open()
    with pytest.raises(DecodeError) as raised:
        await exchange(wire, client.get_session(S), "get_session", {"type": "pong"})
    assert raised.value.code == "UNEXPECTED_EVENT"


@pytest.mark.parametrize(
    "reply",
    [
        {"type": "immediate_response", "status": 200, "data": {"sessionId": 7}},
        {"type": "immediate_response", "status": 200},
    ],
)
async def test_a_malformed_reply_is_a_decode_error(stage, reply):
    client, wire = await stage.open()
    with pytest.raises(DecodeError):
        await exchange(wire, client.get_session(S), "get_session", reply)


async def test_no_reply_is_a_timeout_and_a_late_one_is_swallowed(stage, event):
    client, wire = await stage.open(request_timeout=0.02)
    heard = []
    client.on_event(heard.append)
    with pytest.raises(TimeoutError) as raised:
        await client.get_session(S)
    assert raised.value.kind == "request"
    frame = await wire.heard("get_session")
    wire.say(event("ack", frame["requestId"]))
    wire.say({"type": "aurora"})
    async for notice in _first(client, wire):
        assert isinstance(notice, UnknownEvent)
    assert [type(each) for each in heard[:1]] == [UnknownEvent]


async def _first(client, wire):
    events = client.events()
    wire.say({"type": "aurora"})
    yield await events.__anext__()
    await events.aclose()


async def test_a_request_id_in_use_is_refused(stage, event):
    client, wire = await stage.open()
    first = asyncio.ensure_future(client.verify(S, "1", request_id="r"))
    await wire.heard("verify_otp")
    with pytest.raises(InvalidRequest):
        await client.verify(S, "2", request_id="r")
    wire.say(event("otp_verified", "r"))
    assert (await first).verified


async def test_replies_are_matched_by_id_in_any_order(stage, event):
    client, wire = await stage.open()
    calls = [asyncio.ensure_future(client.rename_conversation(C, str(n))) for n in range(3)]
    frames = [await wire.heard("rename_conversation") for _ in calls]
    for frame in reversed(frames):
        wire.say(event("ack", frame["requestId"], conversationId=C, title=frame["title"]))
    assert [(await call).title for call in calls] == ["0", "1", "2"]


# ---------------------------------------------------------------------- listeners


async def test_listeners_get_what_nobody_claims(stage, event):
    client, wire = await stage.open()
    heard = []
    remove = client.on_event(heard.append)

    def broken(notice):
        raise RuntimeError("mine")

    client.on_event(broken)
    events = client.events()
    wire.say(event("token", "somebody-else", text="x"))
    wire.say("not json")
    wire.say("[]")
    wire.say({"type": "stream_token", "token": 5})
    wire.say({"no": "type"})
    wire.say(event("error", None, code="VALIDATION_ERROR"))
    got = [await events.__anext__() for _ in range(6)]
    assert got == heard
    assert got[0].token == "x"
    assert [type(each) for each in got[1:5]] == [BadFrame] * 4
    remove()
    wire.say({"type": "aurora"})
    await events.__anext__()
    assert len(heard) == 6
    await client.close()
    assert [each async for each in events] == []


async def test_the_generated_stubs_reach_the_same_server(stage, event):
    client, wire = await stage.open()
    reply = event("ack", "", sessionId=S, conversationId=C, agentName="a")
    _, info = await exchange(wire, client.actions.get_session(session_id=S), "get_session", reply)
    assert info.conversation_id == C
    await exchange(wire, client.actions.ping(), "ping", {"type": "pong"})
    await client.actions.cancel(session_id=S)
    await wire.heard("cancel")
    sending = asyncio.ensure_future(client.actions.send_message(session_id=S, message="hi"))
    frame = await wire.heard("send_message")
    wire.say(event("answer", frame["requestId"], text="ok"))
    turn = await sending
    assert (await turn).text == "ok"
