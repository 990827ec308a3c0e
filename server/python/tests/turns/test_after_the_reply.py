"""Once the reply is stored the turn can only end in it; before, every part may break."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from smooth_operator_server import serve_local
from smooth_operator_server.agents.registry import UNCONFIGURED, Agents
from smooth_operator_server.knowledge.base import Hit
from smooth_operator_server.storage.base import StorageError
from smooth_operator_server.tools.base import ToolResult

CONTACT = {"userEmail": "pat@example.org"}


class Post:
    """A delivery service of an application, with its own way to fail."""

    def __init__(self, error: Exception | None = None) -> None:
        self.codes: list[str] = []
        self._error = error

    async def send(self, *, session_id: str, channel: str, destination: str, code: str) -> None:
        self.codes.append(code)
        if self._error is not None:
            self._error.add_note(code)
            raise self._error

    async def close(self) -> None:
        return None


async def start(peer: Any, **more: Any) -> str:
    session: str = await peer.session(**more)
    await peer.send("send_message", requestId="t", sessionId=session, message="hi")
    return session


def break_reads_after_the_reply(storage: Any, patch: pytest.MonkeyPatch) -> None:
    add_reply = storage.add_reply

    async def broken(*args: Any) -> Any:
        raise StorageError("gone")

    async def add(*args: Any) -> None:
        await add_reply(*args)
        patch.setattr(storage, "conversation", broken)

    patch.setattr(storage, "add_reply", add)


async def test_a_storage_that_breaks_after_the_reply_spoils_nothing(
    connect: Any, model: Any, tool: Any, toolbox: Any
) -> None:
    post, balance = Post(), tool("balance", auth_level="end_user")
    model.calls(("balance", {"id": "1"})).says("Who are you?")
    async with serve_local(model=model, tools=[toolbox(balance)], otp=post) as server:
        peer = await connect(server)
        with pytest.MonkeyPatch.context() as patch:
            break_reads_after_the_reply(server.server.services.storage, patch)
            session = await start(peer, **CONTACT)
            events = await peer.until("eventual_response")
        assert "error" not in [event["type"] for event in events]
        assert "otp_sent" not in [event["type"] for event in events]
        page = await peer.ask("get_conversation_messages", sessionId=session)
        assert [m["direction"] for m in page["data"]["messages"]] == ["outbound", "inbound"]
    assert post.codes == []


@pytest.mark.parametrize("hello", [None, ["event_seq", "otp_park"]])
async def test_a_delivery_that_raises_refuses_the_tool_and_logs_no_code(
    connect: Any,
    model: Any,
    tool: Any,
    toolbox: Any,
    caplog: pytest.LogCaptureFixture,
    hello: list[str] | None,
) -> None:
    post, balance = Post(RuntimeError("no line")), tool("balance", auth_level="end_user")
    model.calls(("balance", {"id": "1"})).says("Sorry.")
    async with serve_local(model=model, tools=[toolbox(balance)], otp=post) as server:
        peer = await connect(server, hello=hello)
        await start(peer, **CONTACT)
        events = await peer.until("eventual_response")
    assert not {"otp_verification_required", "error"} & {event["type"] for event in events}
    assert balance.seen == []
    (code,) = post.codes
    assert code not in caplog.text


@pytest.mark.parametrize(
    ("result", "text"),
    [
        (ToolResult("half \ud83d"), "half \ufffd"),
        (ToolResult("x", directive={"when": {1, 2}}), "Error: 'look' failed"),
        (ToolResult(None), "Error: 'look' failed"),  # type: ignore[arg-type]
    ],
)
async def test_what_no_frame_can_carry_is_the_tools_failure(
    connect: Any, model: Any, tool: Any, toolbox: Any, result: ToolResult, text: str
) -> None:
    model.calls(("look", {"id": "1"})).says("Done.")
    async with serve_local(model=model, tools=[toolbox(tool("look", result))]) as server:
        peer = await connect(server)
        await start(peer)
        end = (await peer.until("eventual_response"))[-1]
    assert "directive" not in end["data"]["data"]
    assert model.requests[1].messages[-1]["content"].startswith(text)


class Shelf:
    """A knowledge base that finds what it is asked for, until the model asks."""

    def __init__(self, *hits: Hit) -> None:
        self._hits = hits
        self._asked = 0

    def offers(self, agent_id: str) -> bool:
        return True

    async def search(self, query: str, *, agent_id: str, limit: int) -> tuple[Hit, ...]:
        self._asked += 1
        if self._asked > 1:
            raise RuntimeError("the shelf fell over")
        return self._hits


async def test_a_search_that_raises_ends_no_turn(connect: Any, model: Any) -> None:
    model.calls(("knowledge_search", {"query": "x"})).says("Nothing.")
    async with serve_local(model=model, knowledge=Shelf()) as server:
        peer = await connect(server)
        await start(peer)
        await peer.until("eventual_response")
    assert model.requests[1].messages[-1]["content"].startswith("Error: 'knowledge_search' failed")


async def test_endless_titles_leave_with_the_last_citations(connect: Any, model: Any) -> None:
    hits = [Hit(str(n), "t" * 300_000, "content", "snippet", 1.0) for n in range(5)]
    model.says("Read on.")
    async with serve_local(model=model, knowledge=Shelf(*hits)) as server:
        peer = await connect(server)
        await start(peer)
        end = (await peer.until("eventual_response"))[-1]
    cited = end["data"]["data"]["citations"]
    assert [citation["id"] for citation in cited] == ["0", "1", "2"]
    assert {len(citation["title"]) for citation in cited} == {262_144}


async def test_a_prompt_that_overfills_its_own_socket_leaves_no_park(
    connect: Any, model: Any, tool: Any, toolbox: Any, gate: asyncio.Event
) -> None:
    """The event that opens a park may be what ends the turn: nothing waits for an answer then."""
    wipe = tool("wipe")
    model.calls(("wipe", {"id": "1"}))
    model.steps[0].gates[0] = gate
    async with serve_local(
        model=model, tools=[toolbox(wipe)], agents=agents_that_confirm()
    ) as server:
        peer = await connect(server)
        await start(peer)
        await peer.until("immediate_response")
        (live,) = server.server.services.live._held.values()
        turn = live.turn
        assert turn is not None
        publish = turn.publish

        def overfull(type: str, *args: Any, **more: Any) -> Any:
            event = publish(type, *args, **more)
            if type == "write_confirmation_required":
                turn.cancel()
            return event

        turn.publish = overfull  # type: ignore[method-assign]
        gate.set()
        await peer.until("cancelled")
        assert (live.park, live.log.open_park_seq, live.turn) == (None, None, None)
    assert wipe.seen == []


def agents_that_confirm() -> Agents:
    agent = replace(UNCONFIGURED, confirm_tools=("wipe",))
    return Agents([agent], agent)
