"""Violations get their requirement, their side and their place."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest
from smooth_operator_conformance.proxy.book import sentences

from .conftest import App, Running, Start, saying, small

Json = Any
PING = {"action": "ping", "requestId": "p"}
NOW = 1_790_000_000_000


def pong(**more: Json) -> Json:
    return {"type": "pong", "requestId": "p", "data": {"timestamp": NOW}, "timestamp": NOW, **more}


def error(code: str, **more: Json) -> Json:
    said = {"code": code, "message": "no"}
    data = {"requestId": "p", "error": said}
    return {
        "type": "error",
        "requestId": "p",
        "error": said,
        "data": data,
        "timestamp": NOW,
        **more,
    }


async def test_a_right_answer_breaks_nothing(before: Start, app: App) -> None:
    running = await before(saying(pong()))
    assert len(await app(running.url, PING)) == 1
    assert running.proxy.violations == []
    assert running.proxy.journal.frames == 2


@pytest.mark.parametrize(
    ("frame", "requirement", "path"),
    [
        (pong(extra=1), "FRAME-012", "/"),
        (pong(requestId=None), "FRAME-013", "/requestId"),
        (pong(timestamp="now"), "VALUE-026", "/timestamp"),
        (error("VALIDATION_ERROR", seq=1), "HELLO-006", "/seq"),
        (error("VALIDATION_ERROR", status=400), "ERR-001", "/"),
        (error("NO_SUCH_CODE"), "ERR-002", "/error/code"),
        (error("VALIDATION_ERROR", error={"code": "A", "message": "b"}), "FRAME-022", "/error"),
        ({"type": "news"}, "HELLO-006", "/type"),
        ({"type": "turn_started"}, "HELLO-006", "/type"),
        ([1], "FRAME-001", "/"),
        ("no json", "FRAME-001", "/"),
        ({"type": "immediate_response", "requestId": "p", "data": {}}, "ACTION-003", "/status"),
    ],
)
async def test_a_frame_of_the_server_is_named(
    before: Start, app: App, frame: Json, requirement: str, path: str
) -> None:
    running = await before(saying(frame))
    await app(running.url, PING)
    found = [v for v in running.proxy.violations if v.requirement == requirement]
    assert found, running.proxy.violations
    assert found[0].side == "server"
    assert path in {violation.path for violation in found}
    told = "\n".join(running.said)
    assert requirement in told
    assert sentences()[requirement] in told


@pytest.mark.parametrize(
    ("frame", "requirement", "path"),
    [
        ("{nope", "FRAME-002", "/"),
        ("[]", "FRAME-003", "/"),
        ({"requestId": "x"}, "ACTION-001", "/action"),
        ({"action": "dance"}, "ACTION-002", "/action"),
        ({"action": "get_session"}, "VALUE-002", "/"),
        ({"action": "get_session", "sessionId": 7}, "VALUE-003", "/sessionId"),
        ({"action": "ping", "colour": "red"}, "FRAME-021", "/"),
    ],
)
async def test_a_frame_of_the_client_is_the_clients(
    before: Start, app: App, frame: Json, requirement: str, path: str
) -> None:
    running = await before(saying(error("VALIDATION_ERROR")))
    await app(running.url, frame)
    assert [(v.requirement, v.side, v.path) for v in running.proxy.violations] == [
        (requirement, "client", path)
    ]


async def test_the_legacy_page_is_the_clients_too(before: Start, app: App) -> None:
    running = await before(saying(error("SESSION_NOT_FOUND")))
    frame = {"action": "get_conversation_messages", "requestId": "p", "sessionId": "x"}
    await app(running.url, {**frame, "before": "c"})
    assert running.broken == [("CLIENT-012", "client")]


async def test_what_only_a_welcome_promises_is_told_and_not_counted(
    before: Start, app: App
) -> None:
    bare = {"type": "pong", "requestId": "p"}
    legacy = await before(saying(bare))
    await app(legacy.url, PING)
    assert legacy.broken == []


async def turn(running: Running, **more: Json) -> None:
    """One turn with the small server."""
    async with aiohttp.ClientSession() as client, client.ws_connect(running.url) as socket:
        create = {"action": "create_conversation_session", "requestId": "c"}
        await socket.send_json({**create, "agentId": running.agent})
        session = (await socket.receive_json())["data"]["sessionId"]
        send = {"action": "send_message", "requestId": "t", "sessionId": session, "message": "hi"}
        await socket.send_json({**send, **more})
        await socket.send_json(PING)
        while (await socket.receive_json())["type"] != "pong":
            pass


@pytest.mark.parametrize(
    ("fault", "more", "requirement"),
    [
        ("token-first", {}, "TURN-001"),
        ("two-terminals", {}, "TURN-004"),
        ("asks-again", {}, "TURN-005"),
        ("", {"stream": False}, "STREAM-005"),
    ],
)
async def test_a_turn_out_of_order_is_named(
    before: Start, fault: str, more: Json, requirement: str
) -> None:
    script = [{"text": "Hi."}, {"text": "Again."}]
    running = await before(small(fault), {"script": script})
    await turn(running, **more)
    assert {requirement} == {name for name, side in running.broken if side == "server"}


async def test_an_honest_turn_breaks_nothing(before: Start) -> None:
    running = await before(small(), {"script": [{"deltas": ["H", "i."]}]})
    await turn(running)
    assert running.broken == []


async def test_the_same_fault_is_shown_whole_only_at_first(before: Start, app: App) -> None:
    running = await before(saying(*[pong(extra=1)] * 6))
    await app(running.url, PING)
    assert sum("again (" in line for line in running.said) == 3
