"""Agents file, gateway, tool host, code delivery and embed policy together, over a real socket."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from smooth_operator_server import Settings, serve_local

DESK = "c2b7f4e8-55aa-4d3e-8f01-6b9d20e4a733"
WIDGET = "d2b7f4e8-55aa-4d3e-8f01-6b9d20e4a733"
ORIGIN = "https://shop.example"
SITE_SECRET = "the-site-and-the-server-share-it"
TOOL_KEY = "tool-key-that-must-not-leak"


class World:
    """Everything around the server, on one port: `/v1` is the model, `/tool`, `/otp`."""

    def __init__(self) -> None:
        self.url = ""
        self.script: list[dict[str, Any]] = []
        self.asked: list[dict[str, Any]] = []
        self.calls: list[tuple[str | None, dict[str, Any]]] = []
        self.codes: list[dict[str, Any]] = []

    async def model(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(await request.json())
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        delta = self.script.pop(0)
        reason = "tool_calls" if "tool_calls" in delta else "stop"
        for choice in ({"delta": delta}, {"delta": {}, "finish_reason": reason}):
            await response.write(b"data: %s\n\n" % json.dumps({"choices": [choice]}).encode())
        await response.write(b"data: [DONE]\n\n")
        return response

    async def tool(self, request: web.Request) -> web.Response:
        self.calls.append((request.headers.get("X-Key"), await request.json()))
        return web.json_response({"result": "12 EUR", "directive": {"type": "show"}})

    async def otp(self, request: web.Request) -> web.Response:
        self.codes.append(await request.json())
        return web.Response(status=202)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    world = World()
    app = web.Application()
    app.router.add_post("/v1/chat/completions", world.model)
    app.router.add_post("/tool", world.tool)
    app.router.add_post("/otp", world.otp)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    world.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield world
    await runner.cleanup()


@pytest.fixture
def settings(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("SMOOTH_TOOL_KEY", TOOL_KEY)
    monkeypatch.setenv("SITE_SECRET", SITE_SECRET)
    handbook = tmp_path / "handbook"
    handbook.mkdir()
    (handbook / "fees.md").write_text("# Fees\n\nParcels above 50 EUR travel for free.\n")
    balance = {
        "name": "show_balance",
        "description": "Shows the balance.",
        "parameters": {"type": "object", "properties": {"id": {"type": "string"}}},
        "authLevel": "end_user",
        "http": {"url": f"{world.url}/tool", "headers": {"X-Key": {"env": "SMOOTH_TOOL_KEY"}}},
    }
    embed = {"allowedOrigins": [ORIGIN], "authContextSecretEnv": "SITE_SECRET"}
    desk = {"id": DESK, "slug": "desk", "name": "Desk", "knowledge": ["handbook"]}
    widget = {"id": WIDGET, "slug": "widget", "name": "Widget", "embed": embed}
    agents = tmp_path / "agents.json"
    agents.write_text(
        json.dumps({"agents": [{**desk, "tools": [balance]}, {**widget, "tools": [balance]}]})
    )
    return Settings(
        port=0,
        agents=str(agents),
        model="m-1",
        gateway_url=f"{world.url}/v1",
        otp_url=f"{world.url}/otp",
        allowed_origins=(ORIGIN,),
    )


def call_balance() -> dict[str, Any]:
    function = {"name": "show_balance", "arguments": '{"id":"1"}'}
    return {"tool_calls": [{"index": 0, "id": "k", "function": function}]}


async def test_a_code_opens_the_tool_and_the_turn_goes_on(
    world: World, settings: Settings, connect: Any
) -> None:
    world.script = [call_balance(), {"content": "You have 12 EUR."}]
    async with serve_local(settings) as server:
        peer = await connect(server, hello=["otp_park"])
        session = await peer.session(agentId="desk", userEmail="pat@mail.example")
        await peer.send("send_message", requestId="t", sessionId=session, message="my balance?")
        await peer.until("otp_sent")
        (delivery,) = world.codes
        assert (delivery["destination"], delivery["channel"]) == ("pat@mail.example", "email")
        wrong = await peer.ask("verify_otp", requestId="v", sessionId=session, code="x")
        assert wrong["data"]["data"]["attemptsRemaining"] == 2
        await peer.send("verify_otp", requestId="w", sessionId=session, code=delivery["code"])
        events = await peer.until("eventual_response")
    assert events[0]["type"] == "otp_verified"
    ((key, invocation),) = world.calls
    assert key == TOOL_KEY
    assert invocation["arguments"] == {"id": "1"}
    assert invocation["user"] == {
        "email": "pat@mail.example",
        "verified": {"email": "pat@mail.example"},
    }
    answer = events[-1]["data"]["data"]
    assert answer["response"]["responseParts"] == ["You have 12 EUR."]
    assert answer["directive"] == {"type": "show"}
    assert TOOL_KEY not in json.dumps(events)


async def test_a_code_does_not_vouch_for_another_address(
    world: World, settings: Settings, connect: Any
) -> None:
    world.script = [call_balance(), {"content": "Please enter the code."}]
    async with serve_local(settings) as server:
        peer = await connect(server)
        session = await peer.session(agentId="desk", userEmail="pat@mail.example")
        conversation = peer.opened["data"]["conversationId"]
        await peer.send("send_message", requestId="t", sessionId=session, message="my balance?")
        await peer.until("eventual_response")
        await peer.session(
            agentId="desk", userEmail="sam@mail.example", conversationId=conversation
        )
        (delivery,) = world.codes
        event = await peer.ask(
            "verify_otp", requestId="v", sessionId=session, code=delivery["code"]
        )
    assert event["type"] == "otp_invalid"
    assert event["data"]["data"]["error"] == "NOT_FOUND"


async def test_the_handbook_grounds_the_answer(
    world: World, settings: Settings, connect: Any
) -> None:
    world.script = [{"content": "It is free."}]
    async with serve_local(settings) as server:
        peer = await connect(server)
        session = await peer.session(agentId=DESK)
        await peer.send("send_message", requestId="t", sessionId=session, message="what fee?")
        events = await peer.until("eventual_response")
    (citation,) = events[-1]["data"]["data"]["citations"]
    assert (citation["id"], citation["title"]) == ("fees.md", "Fees")
    system = world.asked[0]["messages"][0]
    assert system["role"] == "system"
    assert "Parcels above 50 EUR travel for free." in system["content"]


def signed(user: str, *, at: int | None = None, secret: str = SITE_SECRET) -> dict[str, Any]:
    stamp = int(time.time()) if at is None else at
    text = f"{user}:{stamp}".encode()
    signature = hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()
    return {"userId": user, "timestamp": stamp, "signature": signature}


async def test_a_signed_visitor_needs_no_code(
    world: World, settings: Settings, connect: Any
) -> None:
    world.script = [call_balance(), {"content": "12."}]
    async with serve_local(settings) as server:
        peer = await connect(server, origin=ORIGIN)
        session = await peer.session(agentId="widget", authContext=signed("u-7"))
        await peer.send("send_message", requestId="t", sessionId=session, message="hi")
        await peer.until("eventual_response")
    ((_, invocation),) = world.calls
    assert invocation["user"] == {"id": "u-7", "verified": {}}


@pytest.mark.parametrize(
    ("context", "code"),
    [
        (signed("u-7", at=1), "AUTH_CONTEXT_INVALID"),
        (signed("u-7", secret="another"), "AUTH_CONTEXT_INVALID"),
        ({"userId": "u-7"}, "AUTH_CONTEXT_INVALID"),
        ("u-7", "AUTH_CONTEXT_INVALID"),
    ],
)
async def test_a_bad_signature_opens_no_session(
    settings: Settings, connect: Any, context: Any, code: str
) -> None:
    async with serve_local(settings) as server:
        peer = await connect(server, origin=ORIGIN)
        event = await peer.ask(
            "create_conversation_session", requestId="c", agentId="widget", authContext=context
        )
    assert (event["type"], event["error"]["code"]) == ("error", code)


async def test_another_page_may_not_show_the_agent(settings: Settings, connect: Any) -> None:
    async with serve_local(settings) as server:
        peer = await connect(server)
        event = await peer.ask("create_conversation_session", requestId="c", agentId="widget")
    assert event["error"]["code"] == "ORIGIN_NOT_ALLOWED"
