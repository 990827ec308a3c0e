"""A turn's handle: iterated, awaited, both or neither; answered, cancelled, timed out."""

from __future__ import annotations

import asyncio

import pytest
from smooth_operator import (
    BadFrame,
    CancelledEvent,
    ClosedError,
    DecodeError,
    EventualResponseEvent,
    InvalidRequest,
    NothingToAnswer,
    ServerError,
    SlowConsumer,
    StreamTokenEvent,
    TimeoutError,
    UnknownEvent,
    WriteConfirmationRequiredEvent,
)

S = "0b0e4c52-94a7-4b5e-8f0b-6f0e7f6f3a01"


async def test_iterating_gives_the_events_in_order_and_ends_with_the_terminal_one(stage, event):
    client, wire = await stage.open()
    turn = client.session(S).send("hi")
    r = turn.request_id
    assert (await wire.heard("send_message"))["message"] == "hi"
    for frame in (event("accepted", r), event("token", r, text="a"), event("token", r, text="b")):
        wire.say(frame)
    wire.say(event("answer", r, text="ab"))
    seen = [each async for each in turn]
    assert [type(each) for each in seen] == [
        StreamTokenEvent,
        StreamTokenEvent,
        EventualResponseEvent,
    ]
    assert (await turn).text == "ab"


async def test_awaiting_without_iterating_gives_the_whole_answer(stage, event):
    client, wire = await stage.open()
    turn = client.session(S).send("hi")
    r = turn.request_id
    wire.say(event("accepted", r))
    for _ in range(3000):
        wire.say(event("token", r, text="x"))
    citation = {"id": "d", "title": "d", "snippet": "s", "score": 0.5}
    usage = {"costUsd": 0.1, "promptTokens": 10, "completionTokens": 5}
    wire.say(event("answer", r, text="x" * 3000, citations=[citation], usage=usage))
    answer = await turn
    assert (answer.text, answer.request_id, answer.cancelled) == ("x" * 3000, r, False)
    assert answer.citations[0].title == "d"
    assert answer.usage is not None
    assert answer.usage.prompt_tokens == 10
    assert answer.response is not None
    assert answer.response.response_parts == ["x" * 3000]


async def test_a_lagging_iterator_gets_what_fits_then_slow_consumer_and_the_answer_stays(
    stage, event
):
    client, wire = await stage.open()
    turn = client.session(S).send("hi")
    wire.say(event("accepted", turn.request_id))
    for _ in range(1025):
        wire.say(event("token", turn.request_id))
    wire.say(event("answer", turn.request_id, text="whole"))
    assert (await turn).text == "whole"
    for _ in range(1024):
        await turn.__anext__()
    with pytest.raises(SlowConsumer):
        await turn.__anext__()


async def test_leaving_the_loop_is_no_cancel_and_a_second_loop_goes_on(stage, event):
    client, wire = await stage.open()
    turn = client.session(S).send("hi")
    r = turn.request_id
    for frame in (event("accepted", r), event("token", r, text="a"), event("token", r, text="b")):
        wire.say(frame)
    async for first in turn:
        assert first.token == "a"
        break
    wire.say(event("answer", r, text="ab"))
    rest = [each.type async for each in turn]
    assert rest == ["stream_token", "eventual_response"]
    await wire.heard("send_message")
    assert wire.silent


async def test_two_tasks_may_not_iterate_at_once(stage, event):
    client, _wire = await stage.open()
    turn = client.session(S).send("hi")
    reading = asyncio.ensure_future(turn.__anext__())
    await asyncio.sleep(0)
    with pytest.raises(RuntimeError):
        await turn.__anext__()
    reading.cancel()


async def test_cancelled_is_a_flag_on_the_answer_with_the_text_so_far(stage, event):
    client, wire = await stage.open()
    turn = client.session(S).send("hi")
    r = turn.request_id
    await wire.heard("send_message")
    wire.say(event("accepted", r))
    wire.say(event("token", r, text="half"))
    async for _ in turn:
        break
    await turn.cancel()
    assert await wire.heard() == {"action": "cancel", "requestId": r, "sessionId": S}
    wire.say(event("cancelled", r))
    answer = await turn
    assert (answer.cancelled, answer.text) == (True, "half")
    assert [type(each) async for each in turn] == [CancelledEvent]


async def test_a_cancel_before_the_acceptance_is_said_again_after_it(stage, event):
    client, wire = await stage.open()
    turn = client.session(S).send("hi")
    await wire.heard("send_message")
    await turn.cancel()
    await wire.heard("cancel")
    wire.say(event("accepted", turn.request_id))
    await wire.heard("cancel")
    wire.say(event("cancelled", turn.request_id))
    assert (await turn).cancelled
    assert wire.silent


async def test_a_cancel_before_the_frame_left_ends_the_turn_here(stage):
    client, wire = await stage.open()
    turn = client.session(S).send("hi")
    await turn.cancel()
    assert (await turn).cancelled
    await asyncio.wait_for(_answer_ping(client, wire), 5)


async def _answer_ping(client, wire):
    ping = asyncio.ensure_future(client.ping())
    frame = await wire.heard("ping")
    wire.say({"type": "pong", "requestId": frame["requestId"]})
    await ping


async def test_leaving_the_turn_as_a_context_cancels_it(stage, event):
    client, wire = await stage.open()
    async with client.session(S).send("hi") as turn:
        await wire.heard("send_message")
        wire.say(event("accepted", turn.request_id))
        wire.say(event("token", turn.request_id))
        await turn.__anext__()
    await wire.heard("cancel")
    wire.say(event("cancelled", turn.request_id))
    assert (await turn).cancelled


@pytest.mark.parametrize("code", ["TURN_IN_PROGRESS", "SESSION_NOT_FOUND", "NEW_CODE"])
async def test_a_refused_send_raises_in_the_loop_and_in_the_await(stage, event, code):
    client, wire = await stage.open()
    turn = client.session(S).send("hi")
    wire.say(event("error", turn.request_id, code=code))
    with pytest.raises(ServerError) as raised:
        await turn
    assert (raised.value.code, raised.value.request_id) == (code, turn.request_id)
    with pytest.raises(ServerError):
        async for _ in turn:
            pass


@pytest.mark.parametrize("code", ["AGENT_ERROR", "INTERNAL_ERROR", "STORAGE_ERROR"])
async def test_errors_that_end_a_turn_end_it(stage, event, code):
    client, wire = await stage.open()
    turn = client.session(S).send("hi")
    wire.say(event("accepted", turn.request_id))
    wire.say(event("error", turn.request_id, code=code))
    with pytest.raises(ServerError):
        await turn


@pytest.mark.parametrize("code", ["OTP_SEND_FAILED", "TURN_IN_PROGRESS", "NEW_CODE"])
async def test_errors_of_other_frames_under_its_id_do_not(stage, event, code):
    client, wire = await stage.open()
    turn = client.session(S).send("hi")
    r = turn.request_id
    for frame in (event("accepted", r), event("error", r, code=code), event("answer", r)):
        wire.say(frame)
    assert (await turn).text == "x"


async def test_a_malformed_event_is_told_and_the_turn_goes_on(stage, event):
    client, wire = await stage.open()
    heard = []
    client.on_event(heard.append)
    turn = client.session(S).send("hi")
    odd = {"type": "stream_token", "requestId": turn.request_id, "token": 7}
    for frame in (event("accepted", turn.request_id), odd, event("answer", turn.request_id)):
        wire.say(frame)
    seen = [each async for each in turn]
    assert isinstance(seen[0], BadFrame)
    assert seen[0] == heard[0]
    assert seen[0].raw == odd
    assert (await turn).text == "x"


async def test_a_malformed_end_fails_its_turn_and_not_the_connection(stage, event):
    client, wire = await stage.open()
    turn = client.session(S).send("hi")
    odd = {"type": "eventual_response", "requestId": turn.request_id}
    wire.say(event("accepted", turn.request_id))
    wire.say(odd)
    with pytest.raises(DecodeError) as raised:
        await turn
    assert raised.value.raw == odd
    wire.say(event("answer", turn.request_id))
    again = client.session(S).send("hi")
    wire.say(event("accepted", again.request_id))
    wire.say(event("answer", again.request_id, text="fine"))
    assert (await again).text == "fine"


async def test_a_message_that_published_servers_refuse_is_not_sent(stage, event):
    client, wire = await stage.open(max_message_chars=4)
    with pytest.raises(InvalidRequest, match="5 characters, 4 are allowed"):
        client.session(S).send("🦊" * 5)
    client.session(S).send("🦊" * 4)
    assert (await wire.heard("send_message"))["message"] == "🦊" * 4


async def test_an_unknown_event_of_the_turn_reaches_its_loop_and_the_listeners(stage, event):
    client, wire = await stage.open()
    heard = []
    client.on_event(heard.append)
    turn = client.session(S).send("hi")
    r = turn.request_id
    wire.say(event("accepted", r))
    wire.say({"type": "aurora", "requestId": r, "glow": 1})
    wire.say(event("answer", r))
    seen = [each async for each in turn]
    assert (
        seen[0] == heard[0] == UnknownEvent("aurora", {"type": "aurora", "requestId": r, "glow": 1})
    )


async def test_text_before_a_tool_call_is_not_part_of_a_cancelled_reply(stage, event):
    client, wire = await stage.open()
    turn = client.session(S).send("hi")
    r = turn.request_id
    for frame in (
        event("accepted", r),
        event("token", r, text="let me look. "),
        event("tool_call", r),
        event("tool_result", r),
        event("token", r, text="found"),
        event("cancelled", r),
    ):
        wire.say(frame)
    assert (await turn).text == "found"


async def test_a_reply_cut_for_its_frame_is_completed_from_the_tokens(stage, event):
    client, wire = await stage.open()
    turn = client.session(S).send("hi")
    r = turn.request_id
    for text in ("long ", "reply"):
        wire.say(event("token", r, text=text))
    wire.say(event("answer", r, text="long re"))
    assert (await turn).text == "long reply"


# ---------------------------------------------------------------------- prompts


async def parked(stage, event, prompt, **options):
    client, wire = await stage.open(**options)
    turn = client.session(S).send("hi")
    await wire.heard("send_message")
    wire.say(event("accepted", turn.request_id))
    wire.say(prompt(turn.request_id))
    async for _ in turn:
        break
    return client, wire, turn


@pytest.mark.parametrize("approved", [True, False])
async def test_a_confirmation_is_answered_with_the_prompts_place(stage, event, approved):
    def prompt(r):
        return {**event("confirmation", r), "seq": 7}

    _, wire, turn = await parked(stage, event, prompt)
    assert isinstance(turn.prompt, WriteConfirmationRequiredEvent)
    assert turn.prompt.data.data.tool_id == "wipe"
    answering = asyncio.ensure_future(turn.confirm() if approved else turn.reject())
    frame = await wire.heard("confirm_tool_action")
    assert (frame["sessionId"], frame["approved"], frame["parkSeq"]) == (S, approved, 7)
    assert frame["requestId"] != turn.request_id
    wire.say(event("ack", frame["requestId"], sessionId=S, approved=approved))
    await answering
    assert turn.prompt is None
    wire.say(event("answer", turn.request_id))
    await turn


async def test_a_card_is_submitted_mended_and_accepted(stage, event):
    def prompt(r):
        return event("card", r, kind="identity_intake")

    _, wire, turn = await parked(stage, event, prompt)
    first = asyncio.ensure_future(turn.submit({"email": "nope"}))
    frame = await wire.heard("submit_interaction")
    assert frame["values"] == {"email": "nope"}
    assert (frame["interactionId"], frame["kind"]) == ("i-1", "identity_intake")
    wire.say(event("card_invalid", frame["requestId"]))
    refused = await first
    assert not refused.accepted
    assert refused.problems[0].field == "email"
    assert turn.prompt is not None
    second = asyncio.ensure_future(turn.submit({"email": "pat@example.org"}))
    frame = await wire.heard("submit_interaction")
    wire.say(event("ack", frame["requestId"], sessionId=S))
    assert (await second).accepted
    assert turn.prompt is None
    wire.say(event("answer", turn.request_id))
    await turn


async def test_a_card_is_declined(stage, event):
    _, wire, turn = await parked(stage, event, lambda r: event("card", r))
    declining = asyncio.ensure_future(turn.decline())
    frame = await wire.heard("submit_interaction")
    assert frame["declined"] is True
    assert "values" not in frame
    wire.say(event("ack", frame["requestId"], sessionId=S, interactionId="i-1", declined=True))
    await declining
    wire.say(event("answer", turn.request_id))
    await turn


async def test_a_kind_that_the_app_cannot_show_is_declined_for_it(stage, event):
    _, wire, turn = await parked(stage, event, lambda r: event("card", r, kind="seance"))
    frame = await wire.heard("submit_interaction")
    assert (frame["interactionId"], frame["declined"]) == ("i-1", True)
    wire.say(event("ack", frame["requestId"], sessionId=S))
    wire.say(event("answer", turn.request_id))
    await turn


async def test_a_code_is_verified_after_a_wrong_one(stage, event):
    _, wire, turn = await parked(stage, event, lambda r: event("otp_required", r))
    wrong = asyncio.ensure_future(turn.verify("000000"))
    frame = await wire.heard("verify_otp")
    wire.say(event("otp_invalid", frame["requestId"]))
    outcome = await wrong
    assert (outcome.verified, outcome.reason, outcome.attempts_remaining) == (
        False,
        "INVALID_CODE",
        2,
    )
    right = asyncio.ensure_future(turn.verify("123456"))
    frame = await wire.heard("verify_otp")
    wire.say(event("otp_verified", frame["requestId"]))
    assert (await right).verified
    wire.say(event("answer", turn.request_id))
    await turn


async def test_an_answer_to_nothing_is_refused_here(stage, event):
    client, wire = await stage.open()
    turn = client.session(S).send("hi")
    with pytest.raises(NothingToAnswer):
        await turn.confirm()
    with pytest.raises(NothingToAnswer):
        await turn.submit({})
    wire.say(event("answer", turn.request_id))
    await turn
    with pytest.raises(NothingToAnswer):
        await turn.decline()


async def test_an_answer_the_way_published_clients_spell_it_under_the_turns_own_id(stage, event):
    client, wire, turn = await parked(stage, event, lambda r: event("confirmation", r))
    answering = asyncio.ensure_future(client.confirm(S, request_id=turn.request_id))
    frame = await wire.heard("confirm_tool_action")
    assert frame["requestId"] == turn.request_id
    wire.say(event("token", turn.request_id, text="a"))
    wire.say(event("ack", turn.request_id, sessionId=S, approved=True))
    assert (await answering).approved
    wire.say(event("answer", turn.request_id, text="a"))
    assert (await turn).text == "a"


# ---------------------------------------------------------------------- time


async def test_a_silent_turn_times_out_and_is_cancelled(stage, event):
    client, wire = await stage.open(turn_idle_timeout=0.02)
    turn = client.session(S).send("hi")
    await wire.heard("send_message")
    wire.say(event("accepted", turn.request_id))
    with pytest.raises(TimeoutError) as raised:
        await turn
    assert (raised.value.kind, raised.value.request_id) == ("idle", turn.request_id)
    await wire.heard("cancel")


async def test_a_prompt_that_nobody_answers_ends_the_wait_with_its_own_error(stage, event):
    client, wire = await stage.open(park_timeout=0.02)
    turn = client.session(S).send("hi")
    wire.say(event("accepted", turn.request_id))
    wire.say(event("confirmation", turn.request_id))
    with pytest.raises(TimeoutError, match=r"write_confirmation_required \(wipe\)") as raised:
        await turn
    assert raised.value.kind == "park"


async def test_while_parked_the_idle_time_does_not_count(stage, event):
    client, wire = await stage.open(turn_idle_timeout=0.02, park_timeout=0.2)
    turn = client.session(S).send("hi")
    wire.say(event("accepted", turn.request_id))
    wire.say(event("confirmation", turn.request_id))
    with pytest.raises(TimeoutError) as raised:
        await turn
    assert raised.value.kind == "park"


async def test_no_idle_timeout_waits_for_ever(stage, event):
    client, wire = await stage.open(turn_idle_timeout=None)
    turn = client.session(S).send("hi")
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(turn.answer(), 0.02)
    assert not turn.done
    wire.say(event("answer", turn.request_id))
    await turn


# ---------------------------------------------------------------------- what cannot be sent


async def test_an_unsendable_message_raises_at_once(stage):
    client, _ = await stage.open(max_outbound_bytes=1000)
    session = client.session(S)
    with pytest.raises(InvalidRequest):
        session.send("x" * 1000)
    with pytest.raises(InvalidRequest):
        session.send("hi", images=[{"no": "url"}])
    turn = session.send("hi", request_id="r-1")
    with pytest.raises(InvalidRequest):
        session.send("hi", request_id="r-1")
    await turn.cancel()


async def test_closing_the_client_ends_the_turn_and_nothing_can_be_sent_any_more(stage):
    client, wire = await stage.open()
    turn = client.session(S).send("hi")
    await wire.heard("send_message")
    await client.close()
    with pytest.raises(ClosedError):
        await turn
    with pytest.raises(ClosedError):
        client.session(S).send("hi")
    assert wire.closed_with == 1000


async def test_half_a_surrogate_pair_survives_the_way_out(stage):
    client, wire = await stage.open()
    turn = client.session(S).send("cut \ud83d")
    assert (await wire.heard("send_message"))["message"] == "cut \ud83d"
    await turn.cancel()


async def test_what_is_no_json_is_refused_here(stage, event):
    _, _, turn = await parked(stage, event, lambda r: event("card", r))
    with pytest.raises(InvalidRequest):
        await turn.submit({"answers": float("nan")})
    with pytest.raises(InvalidRequest):
        await turn.submit({"answers": object()})
    await turn.cancel()


async def test_a_turn_tells_where_it_stands(stage, event):
    _, wire, turn = await parked(stage, event, lambda r: event("card", r))
    assert repr(turn) == f"<Turn {turn.request_id} parked>"
    assert not turn.done
    wire.say(event("token", turn.request_id, text="so far"))
    await turn.__anext__()
    assert (repr(turn), turn.text) == (f"<Turn {turn.request_id} running>", "so far")
    wire.say(event("answer", turn.request_id, text="so far so good"))
    await turn
    assert (repr(turn), turn.text) == (f"<Turn {turn.request_id} done>", "so far so good")
    await turn.cancel()
    assert wire.silent
