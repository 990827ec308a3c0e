"""Failures of our own: the storage breaks, a handler breaks, a tool breaks."""

from __future__ import annotations

from typing import Any

import pytest
from smooth_operator_server import serve_local
from smooth_operator_server.storage.base import StorageError


async def broken(*args: Any, **more: Any) -> Any:
    raise StorageError("the disk is full of secrets")


@pytest.mark.parametrize("part", ["recent_messages", "add_message", "has_reply", "add_reply"])
async def test_a_turn_whose_storage_breaks(
    connect: Any, model: Any, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    model.says("lost").says("kept")
    async with serve_local(model=model) as server:
        peer = await connect(server)
        session = await peer.session()
        with monkeypatch.context() as patch:
            patch.setattr(server.server.services.storage, part, broken)
            await peer.send("send_message", requestId="t", sessionId=session, message="hi")
            failed = (await peer.until("error"))[-1]
        assert (failed["error"]["code"], failed["requestId"]) == ("STORAGE_ERROR", "t")
        assert "secrets" not in str(failed)
        await peer.send("send_message", requestId="t2", sessionId=session, message="hi")
        await peer.until("eventual_response")


async def test_actions_whose_storage_breaks(
    connect: Any, model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serve_local(model=model) as server:
        peer = await connect(server)
        session = await peer.session()
        storage = server.server.services.storage
        monkeypatch.setattr(storage, "add_session", broken)
        monkeypatch.setattr(storage, "messages_before", broken)
        for action, fields in (
            ("create_conversation_session", {"agentId": "a"}),
            ("get_conversation_messages", {"sessionId": session}),
        ):
            refused = await peer.ask(action, requestId="r", **fields)
            assert (refused["error"]["code"], refused["requestId"]) == ("STORAGE_ERROR", "r")
        monkeypatch.setattr(storage, "session", broken)
        refused = await peer.ask("get_session", requestId="r", sessionId=session)
        assert refused["error"]["code"] == "SESSION_NOT_FOUND"


async def test_a_bug_is_an_internal_error_and_the_socket_stays(
    connect: Any, model: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def bug(*args: Any) -> Any:
        raise RuntimeError("oops")

    model.says("x")
    async with serve_local(model=model) as server:
        peer = await connect(server)
        session = await peer.session()
        storage = server.server.services.storage
        with monkeypatch.context() as patch:
            patch.setattr(storage, "messages_before", bug)
            refused = await peer.ask("get_conversation_messages", sessionId=session)
            assert refused["error"]["code"] == "INTERNAL_ERROR"
            patch.setattr(storage, "has_reply", bug)
            await peer.send("send_message", requestId="t", sessionId=session, message="hi")
            assert (await peer.until("error"))[-1]["error"]["code"] == "INTERNAL_ERROR"
        await peer.quiet()
    assert {record.event for record in caplog.records if hasattr(record, "event")} >= {
        "action_broke",
        "turn_broke",
    }


async def test_a_tool_that_raises_ends_no_turn(
    connect: Any, model: Any, tool: Any, toolbox: Any
) -> None:
    class Broken(tool):  # type: ignore[misc]
        async def call(self, arguments: Any, context: Any) -> Any:
            raise RuntimeError("oops")

    model.calls(("look", {"id": "1"})).says("Sorry.")
    async with serve_local(model=model, tools=[toolbox(Broken("look"))]) as server:
        peer = await connect(server)
        session = await peer.session()
        await peer.send("send_message", requestId="t", sessionId=session, message="hi")
        await peer.until("eventual_response")
    assert model.requests[1].messages[-1]["content"].startswith("Error: 'look' failed")
