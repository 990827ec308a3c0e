"""Cards over a real socket: parking, refusing, declining, and the way without a card."""

from __future__ import annotations

import json
from typing import Any

from smooth_operator_server import Settings, serve_local

ASK_EMAIL = ("request_identity_intake", {"fields": ["email"], "reason": "to write to you"})


async def parked(peer: Any, **more: Any) -> tuple[str, dict[str, Any]]:
    session = await peer.session(supports=["identity_form", "choice_chips"], **more)
    await peer.send("send_message", requestId="t", sessionId=session, message="hi")
    card = (await peer.until("interaction_required"))[-1]
    chunk = await peer.next()
    assert "toolCall" in chunk["data"]["state"]["rawResponse"]
    return session, card["data"]["data"]


async def test_a_card_is_filled_in(connect: Any, model: Any) -> None:
    model.calls(ASK_EMAIL).says("Thanks.")
    async with serve_local(model=model) as server:
        peer = await connect(server)
        session, card = await parked(peer)
        assert (card["kind"], card["reason"]) == ("identity_intake", "to write to you")
        same = {"sessionId": session, "requestId": "s"}
        for wrong in (
            {"interactionId": "other"},
            {"interactionId": card["interactionId"], "kind": "choices"},
        ):
            refused = await peer.ask("submit_interaction", **same, **wrong, values={})
            assert refused["error"]["code"] == "INTERACTION_MISMATCH"
        same["interactionId"] = card["interactionId"]
        missing = await peer.ask("submit_interaction", **same)
        assert missing["error"]["code"] == "VALIDATION_ERROR"
        invalid = await peer.ask("submit_interaction", **same, values={"email": "no"})
        assert invalid["type"] == "interaction_invalid"
        assert invalid["data"]["data"]["errors"] == [
            {"field": "email", "message": "must be a valid email address"}
        ]
        ack = await peer.ask("submit_interaction", **same, values={"email": " Pat@Example.ORG "})
        assert ack["message"] == "Interaction submitted"
        assert ack["data"] == {
            "sessionId": session,
            "interactionId": card["interactionId"],
            "kind": "identity_intake",
            "values": {"email": "Pat@example.org"},
        }
        result = await peer.next()
        assert result["data"]["state"]["rawResponse"]["toolResult"]["isError"] is False
        await peer.until("eventual_response")
    told = json.loads(model.requests[1].messages[-1]["content"])
    assert told == {"status": "submitted", "values": {"email": "Pat@example.org"}}


async def test_a_card_is_declined_and_the_first_answer_wins(connect: Any, model: Any) -> None:
    model.calls(ASK_EMAIL).says("Fine.")
    async with serve_local(model=model) as server:
        peer = await connect(server)
        session, card = await parked(peer)
        answer = {"sessionId": session, "interactionId": card["interactionId"], "declined": True}
        await peer.send("submit_interaction", requestId="a", **answer)
        await peer.send("submit_interaction", requestId="b", **answer)
        ack, late = await peer.next(), None
        events = await peer.until("eventual_response")
        late = next(event for event in events if event.get("requestId") == "b")
    assert ack["data"] == {**answer}
    assert late["error"]["code"] == "NO_PENDING_INTERACTION"
    assert json.loads(model.requests[1].messages[-1]["content"])["status"] == "declined"


async def test_an_unanswered_card_lets_the_turn_go_on(connect: Any, model: Any) -> None:
    model.calls(ASK_EMAIL).says("Well.")
    async with serve_local(Settings(port=0, park_seconds=0.05), model=model) as server:
        peer = await connect(server)
        await parked(peer)
        await peer.until("eventual_response")
    assert json.loads(model.requests[1].messages[-1]["content"])["status"] == "no_response"


async def test_without_a_card_the_model_asks_in_words(connect: Any, model: Any) -> None:
    model.calls(ASK_EMAIL)
    model.calls(("submit_interaction", {"kind": "identity_intake", "values": {"email": "no"}}))
    model.calls(("submit_interaction", {"kind": "identity_intake", "values": {"email": "a@b.c"}}))
    model.calls(("submit_interaction", {"kind": "identity_intake", "declined": True}))
    model.calls(("submit_interaction", {"kind": "x"})).says("Done.")
    async with serve_local(model=model) as server:
        peer = await connect(server)
        session = await peer.session(supports=["choice_chips"])
        await peer.send("send_message", requestId="t", sessionId=session, message="hi")
        events = await peer.until("eventual_response")
    assert not any(event["type"] == "interaction_required" for event in events)
    offered = {tool["function"]["name"]: tool["function"] for tool in model.requests[0].tools}
    assert list(offered) == ["request_identity_intake", "request_choices", "submit_interaction"]
    kinds = offered["submit_interaction"]["parameters"]["properties"]["kind"]["enum"]
    assert kinds == ["identity_intake"]
    told = [request.messages[-1]["content"] for request in model.requests[1:]]
    assert json.loads(told[0])["mode"] == "conversational"
    assert told[1].startswith("validation failed: email: must be a valid email address")
    assert json.loads(told[2]) == {"status": "submitted", "values": {"email": "a@b.c"}}
    assert json.loads(told[3])["status"] == "declined"
    assert "'x'" in told[4]


async def test_bad_raise_arguments_park_nobody(connect: Any, model: Any) -> None:
    model.calls(("request_identity_intake", {"fields": []}), ("request_choices", "[]")).says("Oh.")
    async with serve_local(model=model) as server:
        peer = await connect(server)
        session = await peer.session(supports=["identity_form", "choice_chips"])
        await peer.send("send_message", requestId="t", sessionId=session, message="hi")
        events = await peer.until("eventual_response")
    results = [
        event["data"]["state"]["rawResponse"]["toolResult"]["isError"] for event in events[3:5]
    ]
    assert results == [True, True]


async def test_a_card_is_answered_from_another_socket(connect: Any, model: Any) -> None:
    model.calls(ASK_EMAIL).says("Thanks.")
    async with serve_local(model=model) as server:
        peer = await connect(server, hello=["event_seq"])
        session, card = await parked(peer)
        await peer.socket.close()
        other = await connect(server, hello=["event_seq"])
        resumed = await other.ask("resume_stream", sessionId=session)
        assert resumed["data"]["openParkSeq"] == 2
        ack = await other.ask(
            "submit_interaction",
            sessionId=session,
            interactionId=card["interactionId"],
            values={"email": "a@b.c"},
        )
        assert ack["status"] == 200
        events = await other.until("eventual_response")
    assert [event["type"] for event in events][:2] == ["park_resolved", "stream_chunk"]
