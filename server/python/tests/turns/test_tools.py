"""Tools over a real socket: chunks, order, confirmations, cancelling."""

from __future__ import annotations

import asyncio
from typing import Any

from smooth_operator_server import Settings, serve_local
from smooth_operator_server.tools.base import ToolResult

GATED = Settings(port=0, confirm_tools=("wipe",))


def shape(events: list[dict[str, Any]]) -> list[str]:
    """Events as words: chunks by what they say."""
    words = []
    for event in events:
        if event["type"] == "stream_chunk":
            raw = event["data"]["state"]["rawResponse"]
            kind = next(iter(raw))
            words.append(f"{kind} {raw[kind]['name']}")
        else:
            words.append(event["type"])
    return words


async def test_a_tool_is_called_and_its_result_read(
    connect: Any, model: Any, tool: Any, toolbox: Any
) -> None:
    look = tool("look", ToolResult("seen", directive={"type": "go"}))
    model.calls(("look", {"id": "1"}), text="Let me see. ").says("Done.")
    async with serve_local(model=model, tools=[toolbox(look)]) as server:
        peer = await connect(server)
        session = await peer.session()
        await peer.send("send_message", requestId="t", sessionId=session, message="hi")
        events = await peer.until("eventual_response")
    assert shape(events) == [
        "immediate_response",
        "stream_token",
        "toolCall look",
        "toolResult look",
        "stream_token",
        "eventual_response",
    ]
    call = events[2]["data"]["state"]["rawResponse"]["toolCall"]
    result = events[3]["data"]["state"]["rawResponse"]["toolResult"]
    assert (call["arguments"], events[2]["node"]) == ({"id": "1"}, "look")
    assert result == {"id": call["id"], "name": "look", "isError": False, "result": "seen"}
    answer = events[-1]["data"]["data"]
    assert (answer["response"]["responseParts"], answer["directive"]) == (["Done."], {"type": "go"})
    (arguments, context), *_ = look.seen
    assert (arguments, context.call_id) == ({"id": "1"}, call["id"])
    spoken, told = model.requests[1].messages[-2:]
    assert (spoken["content"], spoken["tool_calls"][0]["id"]) == ("Let me see. ", "k0")
    assert told == {"role": "tool", "tool_call_id": "k0", "content": "seen"}


async def test_records_ride_along_to_the_next_turn(
    connect: Any, model: Any, tool: Any, toolbox: Any
) -> None:
    model.calls(("look", {"id": "1"})).says("Done.").says("Yes.")
    async with serve_local(model=model, tools=[toolbox(tool("look"))]) as server:
        peer = await connect(server)
        session = await peer.session()
        for id in ("t1", "t2"):
            await peer.send("send_message", requestId=id, sessionId=session, message="hi")
            await peer.until("eventual_response")
    told = [m for m in model.requests[2].messages if m["role"] != "system"]
    assert [m["role"] for m in told] == ["user", "assistant", "tool", "assistant", "user"]
    assert told[1]["content"] is None


async def test_parallel_calls_one_gated(
    connect: Any, model: Any, tool: Any, toolbox: Any, gate: asyncio.Event
) -> None:
    look, wipe, peek = tool("look", gate=gate), tool("wipe"), tool("peek")
    model.calls(("look", {"id": "1"}), ("wipe", {"id": "2"}), ("peek", {"id": "3"})).says("Done.")
    async with serve_local(GATED, model=model, tools=[toolbox(look, wipe, peek)]) as server:
        peer = await connect(server)
        session = await peer.session()
        await peer.send("send_message", requestId="t", sessionId=session, message="hi")
        events = [await peer.next() for _ in range(5)]
        assert shape(events) == [
            "immediate_response",
            "toolCall look",
            "toolCall peek",
            "write_confirmation_required",
            "toolCall wipe",
        ]
        await peek.called.wait()
        await peer.quiet()
        gate.set()
        assert shape([await peer.next(), await peer.next()]) == [
            "toolResult look",
            "toolResult peek",
        ]
        assert wipe.seen == []
        ack = await peer.ask("confirm_tool_action", requestId="y", sessionId=session, approved=True)
        assert (ack["message"], ack["data"]["approved"]) == ("Tool action approved", True)
        assert shape(await peer.until("eventual_response")) == [
            "toolResult wipe",
            "stream_token",
            "eventual_response",
        ]
    assert [m["tool_call_id"] for m in model.requests[1].messages[-3:]] == ["k0", "k1", "k2"]
    assert [m["content"] for m in model.requests[1].messages[-3:]] == ["LOOK", "WIPE", "PEEK"]


async def test_a_rejection_is_an_error_the_model_reads(
    connect: Any, model: Any, tool: Any, toolbox: Any
) -> None:
    wipe = tool("wipe")
    model.calls(("wipe", {"id": "2"})).says("Fine.")
    async with serve_local(GATED, model=model, tools=[toolbox(wipe)]) as server:
        peer = await connect(server, hello=["event_seq"])
        session = await peer.session()
        await peer.send("send_message", requestId="t", sessionId=session, message="hi")
        prompt = (await peer.until("write_confirmation_required"))[-1]
        await peer.next()
        for bad in ({"parkSeq": prompt["seq"] + 9}, {"sessionId": "x"}):
            fields = {"sessionId": session, "approved": True, "requestId": "n", **bad}
            refused = await peer.ask("confirm_tool_action", **fields)
            assert refused["error"]["code"] == "NO_PENDING_CONFIRMATION"
        await peer.send(
            "confirm_tool_action",
            requestId="n",
            sessionId=session,
            approved=False,
            parkSeq=prompt["seq"],
        )
        events = await peer.until("eventual_response")
        assert shape(events)[:3] == ["immediate_response", "park_resolved", "toolResult wipe"]
        assert events[1]["data"]["outcome"] == "rejected"
        assert events[2]["data"]["state"]["rawResponse"]["toolResult"]["isError"] is True
        late = await peer.ask("confirm_tool_action", sessionId=session, approved=True)
        assert late["error"]["code"] == "NO_PENDING_CONFIRMATION"
    assert wipe.seen == []
    assert model.requests[1].messages[-1]["content"].startswith("Denied by human:")


async def test_silence_rejects(connect: Any, model: Any, tool: Any, toolbox: Any) -> None:
    wipe = tool("wipe")
    model.calls(("wipe", {"id": "2"})).says("Fine.")
    settings = GATED.model_copy(update={"park_seconds": 0.05})
    async with serve_local(settings, model=model, tools=[toolbox(wipe)]) as server:
        peer = await connect(server, hello=["event_seq"])
        session = await peer.session()
        await peer.send("send_message", requestId="t", sessionId=session, message="hi")
        resolved = (await peer.until("park_resolved"))[-1]
        assert resolved["data"]["outcome"] == "timeout"
        await peer.until("eventual_response")
    assert wipe.seen == []


async def test_bad_arguments_and_unknown_tools_ask_nobody(
    connect: Any, model: Any, tool: Any, toolbox: Any
) -> None:
    wipe = tool("wipe")
    model.calls(("wipe", {"no": 1}), ("wipe", "{nope"), ("ghost", ""), ("wipe", "")).says("Oh.")
    async with serve_local(GATED, model=model, tools=[toolbox(wipe)]) as server:
        peer = await connect(server)
        session = await peer.session()
        await peer.send("send_message", requestId="t", sessionId=session, message="hi")
        events = await peer.until("eventual_response")
    assert shape(events)[1:9] == [
        "toolCall wipe",
        "toolCall wipe",
        "toolCall ghost",
        "toolCall wipe",
        "toolResult wipe",
        "toolResult wipe",
        "toolResult ghost",
        "toolResult wipe",
    ]
    calls = [e["data"]["state"]["rawResponse"]["toolCall"]["arguments"] for e in events[1:5]]
    assert calls == [{"no": 1}, "{nope", {}, {}]
    assert wipe.seen == []
    sent = model.requests[1].messages[-5]["tool_calls"]
    assert [call["function"]["arguments"] for call in sent] == ['{"no": 1}', "{nope", "", ""]


async def test_the_last_iteration_has_no_tools(
    connect: Any, model: Any, tool: Any, toolbox: Any
) -> None:
    model.calls(("look", {"id": "1"})).calls(("look", {"id": "2"}), text="That is all.")
    settings = Settings(port=0, max_iterations=2)
    look = tool("look")
    async with serve_local(settings, model=model, tools=[toolbox(look)]) as server:
        peer = await connect(server)
        session = await peer.session()
        await peer.send("send_message", requestId="t", sessionId=session, message="hi")
        answer = (await peer.until("eventual_response"))[-1]
    assert answer["data"]["data"]["response"]["responseParts"] == ["That is all."]
    assert (len(look.seen), bool(model.requests[0].tools), model.requests[1].tools) == (1, True, ())


async def test_cancel_while_a_tool_runs(
    connect: Any, model: Any, tool: Any, toolbox: Any, gate: asyncio.Event
) -> None:
    look = tool("look", gate=gate)
    model.calls(("look", {"id": "1"})).says("Second.")
    async with serve_local(model=model, tools=[toolbox(look)]) as server:
        peer = await connect(server)
        session = await peer.session()
        await peer.send("send_message", requestId="t", sessionId=session, message="hi")
        await look.called.wait()
        await peer.send("cancel", requestId="other", sessionId=session)
        ended = (await peer.until("cancelled"))[-1]
        assert (ended["requestId"], ended["status"], ended["data"]["status"]) == ("t", 499, 499)
        await asyncio.wait_for(look.cut.wait(), 5)
        await peer.quiet()
        await peer.send("send_message", requestId="t2", sessionId=session, message="hi")
        await peer.until("eventual_response")
        await peer.send("cancel", requestId="t", sessionId=session)
        await peer.quiet()


async def test_cancel_while_parked_ends_the_park_first(
    connect: Any, model: Any, tool: Any, toolbox: Any
) -> None:
    wipe = tool("wipe")
    model.calls(("wipe", {"id": "1"})).says("Second.")
    async with serve_local(GATED, model=model, tools=[toolbox(wipe)]) as server:
        peer = await connect(server, hello=["event_seq"])
        session = await peer.session()
        await peer.send("send_message", requestId="t", sessionId=session, message="hi")
        await peer.until("stream_chunk")
        await peer.send("cancel", requestId="t")
        resolved, ended = await peer.next(), await peer.next()
        assert (resolved["data"]["outcome"], ended["type"]) == ("cancelled", "cancelled")
        refused = await peer.ask("confirm_tool_action", sessionId=session, approved=True)
        assert refused["error"]["code"] == "NO_PENDING_CONFIRMATION"
        await peer.send("send_message", requestId="t2", sessionId=session, message="hi")
        await peer.until("eventual_response")
    assert (wipe.seen, len(model.requests)) == ([], 2)


async def test_long_texts_are_cut_in_chunks_but_not_for_the_model(
    connect: Any, model: Any, tool: Any, toolbox: Any
) -> None:
    long = "é" * 20_000
    model.calls(("look", {"id": long})).says("Done.")
    look = tool("look", ToolResult(long))
    async with serve_local(model=model, tools=[toolbox(look)]) as server:
        peer = await connect(server)
        session = await peer.session()
        await peer.send("send_message", requestId="t", sessionId=session, message="hi")
        events = await peer.until("eventual_response")
    call = events[1]["data"]["state"]["rawResponse"]["toolCall"]
    result = events[2]["data"]["state"]["rawResponse"]["toolResult"]
    assert (call["truncated"], len(call["arguments"].encode()) <= 32_768) == (True, True)
    assert (result["truncated"], result["result"]) == (True, "é" * 16_384)
    assert model.requests[1].messages[-1]["content"] == long
