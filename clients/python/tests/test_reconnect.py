"""A lost socket: what is carried over to the next one, what fails, and what never happens twice."""

from __future__ import annotations

import asyncio

import pytest
from smooth_operator import (
    ClosedError,
    Disconnected,
    InvalidRequest,
    Reconnected,
    Reloaded,
    ServerError,
    TimeoutError,
)

from .lost_socket import OURS, C, S, again, rest_of, running


async def test_a_running_turn_goes_on_where_it_was(stage, event):
    _, wire, turn = await running(stage, event, "a", "b")
    wire.hang_up(1006)
    wire = await again(stage)
    r = turn.request_id
    resume = await wire.heard("resume_stream")
    assert (resume["sessionId"], resume["afterSeq"], resume["epoch"]) == (S, 3, "e1")
    wire.say(event("resumed", resume["requestId"], 4, activeRequestId=r))
    wire.say(event("logged", r, event("token", r, text="c"), 4, replay=True))
    wire.say(event("logged", r, event("answer", r, text="abc"), 5))
    seen = await rest_of(turn)
    assert [getattr(each, "token", None) for each in seen] == [None, "c", None]
    assert seen[0] == Reconnected()
    assert (await turn).text == "abc"
    assert wire.silent


async def test_what_was_seen_is_dropped_and_a_gap_is_resumed(stage, event):
    client, wire, turn = await running(stage, event, "a")
    heard = []
    client.on_event(heard.append)
    r = turn.request_id
    wire.say(event("logged", r, event("token", r, text="a"), 2))
    wire.say(event("logged", r, event("token", r, text="c"), 4))
    resume = await wire.heard("resume_stream")
    assert resume["afterSeq"] == 2
    wire.say(event("logged", r, event("token", r, text="d"), 5))
    wire.say(event("resumed", resume["requestId"], 5, activeRequestId=r))
    for seq, text in ((3, "b"), (4, "c"), (5, "d")):
        wire.say(event("logged", r, event("token", r, text=text), seq, replay=True))
    wire.say(event("logged", r, event("answer", r, text="abcd"), 6))
    tokens = [each.token for each in await rest_of(turn) if hasattr(each, "token")]
    assert tokens == ["b", "c", "d"]
    assert heard == []


async def test_joined_tokens_count_from_their_first(stage, event):
    _, wire, turn = await running(stage, event, "a")
    r = turn.request_id
    wire.say(event("logged", r, event("token", r, text="bcd"), 5, seqFrom=3))
    wire.say(event("logged", r, event("answer", r, text="abcd"), 6))
    assert (await turn).text == "abcd"
    assert wire.silent


async def test_a_turn_that_ended_meanwhile_is_found_in_the_replay(stage, event):
    _, wire, turn = await running(stage, event, "a")
    wire.hang_up(1006)
    wire = await again(stage)
    r = turn.request_id
    resume = await wire.heard("resume_stream")
    wire.say(event("resumed", resume["requestId"], 3))
    wire.say(event("logged", r, event("answer", r, text="a"), 3, replay=True))
    assert (await turn).text == "a"
    assert wire.silent


async def test_a_send_that_never_arrived_goes_out_again_with_the_same_ids(stage, event):
    client, wire = await stage.open(OURS)
    turn = client.session(S).send("hi")
    first = await wire.heard("send_message")
    wire.hang_up(1006)
    wire = await again(stage)
    resume = await wire.heard("resume_stream")
    assert (resume["afterSeq"], "epoch" in resume) == (0, False)
    wire.say(event("resumed", resume["requestId"], 0))
    second = await wire.heard("send_message")
    assert first == second
    assert second["clientMessageId"] == turn.client_message_id
    wire.say(event("accepted", turn.request_id))
    wire.say(event("answer", turn.request_id, text="once"))
    assert (await turn).text == "once"


async def test_a_send_that_did_arrive_is_not_sent_again(stage, event):
    client, wire = await stage.open(OURS)
    turn = client.session(S).send("hi")
    await wire.heard("send_message")
    wire.hang_up(1006)
    wire = await again(stage)
    r = turn.request_id
    resume = await wire.heard("resume_stream")
    wire.say(event("resumed", resume["requestId"], 2, activeRequestId=r))
    wire.say(event("logged", r, event("turn_started", r), 1, replay=True))
    wire.say(event("logged", r, event("token", r, text="a"), 2, replay=True))
    wire.say(event("logged", r, event("answer", r, text="a"), 3))
    assert (await turn).text == "a"
    assert wire.silent


async def test_a_turn_that_the_log_forgot_is_asked_for_by_its_message_id(stage, event):
    client, wire, turn = await running(stage, event, "a")
    heard = []
    client.on_event(heard.append)
    wire.hang_up(1006)
    wire = await again(stage)
    resume = await wire.heard("resume_stream")
    r = turn.request_id
    wire.say(event("resumed", resume["requestId"], 900, firstSeq=901, truncated=True))
    resend = await wire.heard("send_message")
    assert (resend["requestId"], resend["clientMessageId"]) == (r, turn.client_message_id)
    reload = await wire.heard("get_conversation_messages")
    page = {"messages": [], "nextCursor": None, "hasMore": False}
    wire.say(event("ack", reload["requestId"], **page))
    wire.say(event("accepted", r, requestId=r, duplicate=True))
    wire.say(event("answer", r, text="stored"))
    seen = await rest_of(turn)
    assert seen[0] == Reconnected(complete=False)
    assert [each.page.messages for each in heard if isinstance(each, Reloaded)] == [[]]
    assert (await turn).text == "stored"


async def test_a_resumption_that_is_refused_fails_the_turn(stage, event):
    _, wire, turn = await running(stage, event, "a")
    wire.hang_up(1006)
    wire = await again(stage)
    resume = await wire.heard("resume_stream")
    wire.say(event("error", resume["requestId"], code="SESSION_NOT_FOUND"))
    with pytest.raises(Disconnected, match="SESSION_NOT_FOUND"):
        await turn


async def test_a_second_cut_during_the_replay_resumes_from_there(stage, event):
    _, wire, turn = await running(stage, event, "a")
    wire.hang_up(1006)
    r = turn.request_id
    wire = await again(stage)
    resume = await wire.heard("resume_stream")
    wire.say(event("resumed", resume["requestId"], 4, activeRequestId=r))
    wire.say(event("logged", r, event("token", r, text="b"), 3, replay=True))
    wire.hang_up(4408)
    wire = await again(stage)
    resume = await wire.heard("resume_stream")
    assert resume["afterSeq"] == 3
    wire.hang_up(1006)
    wire = await again(stage)
    resume = await wire.heard("resume_stream")
    assert resume["afterSeq"] == 3
    wire.say(event("resumed", resume["requestId"], 4, activeRequestId=r))
    wire.say(event("logged", r, event("token", r, text="c"), 4, replay=True))
    wire.say(event("logged", r, event("answer", r, text="abc"), 5))
    tokens = [each.token for each in await rest_of(turn) if hasattr(each, "token")]
    assert tokens == ["b", "c"]


async def test_without_resume_the_running_turn_fails_and_the_client_goes_on(stage, event):
    client, wire = await stage.open(None)
    turn = client.session(S).send("hi")
    await wire.heard("send_message")
    wire.say(event("accepted", turn.request_id))
    wire.hang_up(1006)
    with pytest.raises(Disconnected) as raised:
        await turn
    assert (raised.value.close_code, raised.value.request_id) == (1006, turn.request_id)
    wire = await again(stage, None)
    again_turn = client.session(S).send("hi again")
    assert (await wire.heard("send_message"))["message"] == "hi again"
    wire.say(event("answer", again_turn.request_id))
    await again_turn


async def test_a_server_that_came_back_without_resume_fails_the_turn(stage, event):
    _, wire, turn = await running(stage, event, "a")
    wire.hang_up(1006)
    await again(stage, None)
    with pytest.raises(Disconnected):
        await turn


async def test_what_was_said_while_disconnected_goes_out_later(stage, event):
    client, wire = await stage.open(OURS)
    back = client.events()
    wire.hang_up(1012)
    wire = await stage.network.accept()
    hello = await wire.heard("hello")
    turn = client.session(S).send("hi")
    asking = asyncio.ensure_future(client.verify(S, "1"))
    await asyncio.sleep(0)
    wire.say(event("welcome", hello["requestId"], OURS))
    frames = [await wire.heard(), await wire.heard()]
    assert {frame["action"] for frame in frames} == {"send_message", "verify_otp"}
    assert await back.__anext__() == Reconnected()
    await back.aclose()
    for frame in frames:
        reply = "answer" if frame["action"] == "send_message" else "otp_verified"
        wire.say(event(reply, frame["requestId"]))
    await turn
    assert (await asking).verified


async def test_only_requests_that_are_safe_to_repeat_are_repeated(stage, event):
    client, wire = await stage.open(OURS)
    safe = asyncio.ensure_future(client.get_session(S))
    risky = asyncio.ensure_future(client.verify(S, "1"))
    first = await wire.heard("get_session")
    await wire.heard("verify_otp")
    wire.hang_up(1006)
    with pytest.raises(Disconnected):
        await risky
    wire = await again(stage)
    second = await wire.heard("get_session")
    assert first == second
    wire.say(event("ack", second["requestId"], sessionId=S, conversationId=C, agentName="a"))
    assert (await safe).session_id == S
    assert wire.silent


@pytest.mark.parametrize(("outcome", "fine"), [("approved", True), ("timeout", False)])
async def test_an_approval_whose_ack_was_lost_is_known_by_its_outcome(stage, event, outcome, fine):
    _, wire, turn = await running(stage, event)
    r = turn.request_id
    wire.say(event("logged", r, event("confirmation", r), 2))
    await turn.__anext__()
    answering = asyncio.ensure_future(turn.confirm())
    frame = await wire.heard("confirm_tool_action")
    assert frame["parkSeq"] == 2
    wire.hang_up(1006)
    wire = await again(stage)
    resume = await wire.heard("resume_stream")
    assert await wire.heard("confirm_tool_action") == frame
    wire.say(event("resumed", resume["requestId"], 3, activeRequestId=r))
    wire.say(event("error", frame["requestId"], code="NO_PENDING_CONFIRMATION"))
    wire.say(event("logged", r, event("park_resolved", r, park_seq=2, outcome=outcome), 3))
    if fine:
        await answering
    else:
        with pytest.raises(ServerError) as raised:
            await answering
        assert raised.value.repeated
    wire.say(event("logged", r, event("answer", r), 4))
    await turn


async def test_a_prompt_is_answered_on_the_next_socket(stage, event):
    _, wire, turn = await running(stage, event)
    r = turn.request_id
    wire.say(event("logged", r, event("card", r), 2))
    await turn.__anext__()
    wire.hang_up(1001)
    wire = await again(stage)
    resume = await wire.heard("resume_stream")
    wire.say(event("resumed", resume["requestId"], 2, activeRequestId=r, openParkSeq=2))
    assert turn.prompt is not None
    answering = asyncio.ensure_future(turn.submit({"answers": []}))
    frame = await wire.heard("submit_interaction")
    wire.say(event("ack", frame["requestId"], sessionId=S))
    assert (await answering).accepted
    wire.say(event("logged", r, event("answer", r), 3))
    await turn


async def test_a_cancel_that_was_lost_is_said_again(stage, event):
    _, wire, turn = await running(stage, event, "a")
    wire.hang_up(1006)
    wire = await stage.network.accept()
    await turn.cancel()
    await wire.welcome(OURS)
    resume = await wire.heard("resume_stream")
    wire.say(event("resumed", resume["requestId"], 2, activeRequestId=turn.request_id))
    assert (await wire.heard("cancel"))["sessionId"] == S
    wire.say(event("logged", turn.request_id, event("cancelled", turn.request_id), 3))
    assert (await turn).cancelled


# ---------------------------------------------------------------------- corners


async def test_a_followed_duplicate_is_resumed_under_its_first_id(stage, event):
    client, wire = await stage.open(OURS)
    turn = client.session(S).send("hi", client_message_id="c-1")
    await wire.heard("send_message")
    wire.say(event("accepted", turn.request_id, requestId="first", duplicate=True))
    wire.say(event("logged", "first", event("token", "first", text="b"), 3))
    await turn.__anext__()
    wire.hang_up(1006)
    wire = await again(stage)
    resume = await wire.heard("resume_stream")
    assert resume["afterSeq"] == 3
    wire.say(event("resumed", resume["requestId"], 3, activeRequestId="first"))
    wire.say(event("logged", "first", event("answer", "first", text="ab"), 4))
    assert (await turn).text == "ab"
    assert wire.silent


async def test_the_servers_announced_frame_limit_counts(stage, monkeypatch):
    client, wire = await stage.open(OURS, max_outbound_bytes=10**9)
    with pytest.raises(InvalidRequest, match="8388608"):
        client.session(S).send("x" * 8_388_608)
    assert wire.silent


async def test_a_servers_final_close_ends_the_event_iterators(stage):
    client, wire = await stage.open(OURS)
    events = client.events()
    wire.hang_up(1008)
    assert [each async for each in events] == []


async def test_a_failed_move_of_the_view_lets_events_pass_again(stage, event):
    client, wire = await stage.open(OURS, request_timeout=0.05)
    heard = client.events()
    resuming = asyncio.ensure_future(client.resume(S, after_seq=1))
    frame = await wire.heard("get_session")
    wire.say(event("ack", frame["requestId"], sessionId=S, conversationId=C, agentName="a"))
    await wire.heard("resume_stream")
    with pytest.raises(TimeoutError):
        await resuming
    wire.say(event("logged", "t", event("token", "t", text="a"), 2))
    assert (await heard.__anext__()).token == "a"
    await heard.aclose()


@pytest.mark.parametrize("outcome", ["submitted", "declined"])
async def test_a_card_whose_ack_was_lost_is_known_by_its_outcome(stage, event, outcome):
    _, wire, turn = await running(stage, event)
    r = turn.request_id
    wire.say(event("logged", r, event("card", r), 2))
    await turn.__anext__()
    answering = asyncio.ensure_future(
        turn.submit({"answers": []}) if outcome == "submitted" else turn.decline()
    )
    frame = await wire.heard("submit_interaction")
    wire.hang_up(1006)
    wire = await again(stage)
    resume = await wire.heard("resume_stream")
    assert await wire.heard("submit_interaction") == frame
    wire.say(event("resumed", resume["requestId"], 3, activeRequestId=r))
    wire.say(event("logged", r, event("park_resolved", r, 2, outcome), 3, replay=True))
    wire.say(event("error", frame["requestId"], code="NO_PENDING_INTERACTION"))
    await answering
    wire.say(event("logged", r, event("answer", r), 4))
    await turn


@pytest.mark.parametrize("answer", ["submit", "decline", "confirm"])
async def test_a_first_refusal_of_an_answer_is_an_error(stage, event, answer):
    _, wire, turn = await running(stage, event)
    prompt = "confirmation" if answer == "confirm" else "card"
    wire.say(event("logged", turn.request_id, event(prompt, turn.request_id), 2))
    await turn.__anext__()
    answering = asyncio.ensure_future(
        turn.submit({}) if answer == "submit" else getattr(turn, answer)()
    )
    frame = await wire.heard()
    wire.say(event("error", frame["requestId"], code="NO_PENDING_INTERACTION"))
    with pytest.raises(ServerError) as raised:
        await answering
    assert not raised.value.repeated
    assert turn.prompt is not None


async def test_an_unreadable_resumption_fails_the_turn(stage, event):
    _, wire, turn = await running(stage, event, "a")
    wire.hang_up(1006)
    wire = await again(stage)
    resume = await wire.heard("resume_stream")
    wire.say(event("ack", resume["requestId"], epoch=7))
    with pytest.raises(Disconnected, match="DECODE_ERROR"):
        await turn


async def test_a_server_that_resumes_but_does_not_know_repeats_fails_a_lost_turn(stage, event):
    client, wire = await stage.open(["event_seq"])
    turn = client.session(S).send("hi")
    await wire.heard("send_message")
    wire.hang_up(1006)
    wire = await again(stage, ["event_seq"])
    resume = await wire.heard("resume_stream")
    wire.say(event("resumed", resume["requestId"], 0))
    with pytest.raises(Disconnected, match="no longer runs"):
        await turn
    assert wire.silent


async def test_a_fault_of_the_client_itself_ends_everything_loudly(stage, event, monkeypatch):
    client, wire = await stage.open(OURS)
    turn = client.session(S).send("hi")
    await wire.heard("send_message")

    def fault(data):
        raise LookupError("ours")

    monkeypatch.setattr(client._link.router, "receive", fault)
    for _ in range(2):  # the first is read by the method that already waits for it
        wire.say(event("keepalive", turn.request_id))
    with pytest.raises(ClosedError, match="ours"):
        await turn
    assert client.closed
    assert wire.closed_with == 1000
