"""A small server with one honest turn, and faults to order: what the runner's own tests judge.

Started as a `cmd:` target. It knows ping, create_conversation_session and send_message, asks the
gateway like a real one, and misbehaves as `FAKE_FAULT` says.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
import uuid
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web


def fault() -> str:
    """The fault of this process; `lame-once` is one of the first process only, told by a file."""
    ordered = os.environ.get("FAKE_FAULT", "")
    if ordered == "lame-once":
        mark = Path(os.environ["FAKE_MARK"])
        ordered = "" if mark.exists() else "lame"
        mark.touch()
    return ordered


FAULT = fault()
FILE = json.loads(Path(os.environ["SMOOTH_AGENT_AGENTS"]).read_text("utf-8"))
AGENTS = {agent["id"]: agent for agent in FILE["agents"]}
SESSIONS: dict[str, dict[str, Any]] = {}


def event(kind: str, request: str | None, **keys: Any) -> dict[str, Any]:
    head = {"type": kind} if request is None else {"type": kind, "requestId": request}
    return {**head, **keys, "timestamp": int(time.time() * 1000)}


def refusal(request: str | None, code: str) -> dict[str, Any]:
    error = {"code": code, "message": "no"}
    inner = {"error": error} if request is None else {"requestId": request, "error": error}
    return event("error", request, error=error, data=inner)


def token(request: str, text: str) -> dict[str, Any]:
    return event("stream_token", request, token=text, data={"requestId": request, "token": text})


def create(frame: dict[str, Any]) -> dict[str, Any]:
    agent = AGENTS[frame["agentId"]]
    session = {"agent": agent, "messages": []}
    ids = {
        name: str(uuid.uuid4())
        for name in ("sessionId", "conversationId", "userParticipantId", "agentParticipantId")
    }
    SESSIONS[ids["sessionId"]] = session
    data = {**ids, "agentId": frame["agentId"], "agentName": agent["name"]}
    return event(
        "immediate_response", frame["requestId"], status=200, message="Session created", data=data
    )


async def ask(session: dict[str, Any], socket: Any, request: str) -> str:
    """One model call, streamed on; the whole text."""
    url = os.environ["SMOOAI_GATEWAY_URL"] + "/chat/completions"
    messages = session["messages"][-1:] if FAULT == "forget" else session["messages"]
    body = {"model": session["agent"]["model"], "messages": messages, "stream": True}
    headers = {"Authorization": "Bearer " + os.environ["SMOOAI_GATEWAY_KEY"]}
    whole = ""
    async with (
        aiohttp.ClientSession() as client,
        client.post(url, json=body, headers=headers) as answer,
    ):
        if answer.status != 200:
            raise ConnectionError
        async for raw in answer.content:
            line = raw.decode().strip()
            if line.startswith("data: {"):
                for choice in json.loads(line[6:])["choices"]:
                    text = choice["delta"].get("content")
                    if text:
                        whole += text
                        await socket.send_json(token(request, text))
    return whole


def reply(request: str, text: str) -> dict[str, Any]:
    response = {
        "responseParts": [text],
        "customerHappinessScore": 0.5,
        "needsSatisfactionScore": 0.5,
        "requestSummary": "",
        "resolutionStatus": "in_progress",
        "suggestedNextActions": [],
    }
    inner = {"messageId": str(uuid.uuid4()), "response": response, "needsEscalation": False}
    data = {"requestId": request, "status": 200, "data": inner}
    return event("eventual_response", request, status=200, data=data)


async def turn(frame: dict[str, Any], socket: Any) -> None:
    request, session = frame["requestId"], SESSIONS[frame["sessionId"]]
    accepted = event(
        "immediate_response", request, status=202, message="Processing your request...", data={}
    )
    if FAULT == "token-first":
        await socket.send_json(token(request, ""))
    await socket.send_json(accepted)
    if FAULT == "falls":
        print("out of luck", flush=True)
        os._exit(3)
    session["messages"].append({"role": "user", "content": frame["message"]})
    try:
        text = await ask(session, socket, request)
    except ConnectionError:
        await socket.send_json(refusal(request, "AGENT_ERROR"))
        return
    session["messages"].append({"role": "assistant", "content": text})
    await socket.send_json(reply(request, text.upper() if FAULT == "shouts" else text))
    if FAULT == "late-frame":
        await socket.send_json(refusal(None, "VALIDATION_ERROR"))
    if FAULT == "two-terminals":
        await socket.send_json(reply(request, text))
    if FAULT == "leak":
        await socket.send_json(refusal(os.environ["SMOOAI_GATEWAY_KEY"], "VALIDATION_ERROR"))
    if FAULT == "asks-again":
        await ask(session, socket, request)


async def serve_socket(request: web.Request) -> web.WebSocketResponse:
    socket = web.WebSocketResponse(compress=False)
    await socket.prepare(request)
    async for message in socket:
        if FAULT == "lame":
            continue
        try:
            frame = json.loads(message.data)
        except ValueError:
            await socket.send_json(refusal(None, "VALIDATION_ERROR"))
            continue
        action = frame.get("action")
        if action == "ping":
            now = int(time.time() * 1000)
            pong = event("pong", frame.get("requestId"), data={"timestamp": now})
            await socket.send_json({**pong, "timestamp": now})
        elif action == "create_conversation_session":
            await socket.send_json(create(frame))
        elif action == "send_message":
            await turn(frame, socket)
        else:
            await socket.send_json(refusal(frame.get("requestId"), "UNSUPPORTED_ACTION"))
    return socket


async def main() -> None:
    app = web.Application()

    async def health(_: web.Request) -> web.Response:
        return web.Response(text="ok")

    app.router.add_get("/health", health)
    app.router.add_get("/ws", serve_socket)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    port = int(os.environ["SMOOTH_AGENT_PORT"])
    await web.TCPSite(runner, "127.0.0.1", port).start()
    if FAULT == "log-leak":
        print("starting with " + os.environ["SMOOAI_GATEWAY_KEY"], flush=True)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await stop.wait()
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(main())
