"""Somebody else's server in 60 lines: one model, no agents file, variables of its own names.

`TOY_FAULT` makes it deaf, forgetful or lame, as the tests of the doctor order.
"""

from __future__ import annotations

import asyncio
import os
import time
import uuid
from typing import Any

import aiohttp
from aiohttp import web

FAULT = os.environ.get("TOY_FAULT", "")
PATH = os.environ.get("TOY_PATH", "/chat")


def event(kind: str, request: str, **keys: Any) -> dict[str, Any]:
    return {"type": kind, "requestId": request, **keys, "timestamp": int(time.time() * 1000)}


async def ask(text: str) -> str:
    """The model's answer, not streamed; a fixed one where nobody said where the model is."""
    url = os.environ.get("TOY_URL", "")
    if not url or FAULT == "no-gateway":
        return "I always say this."
    model = "another-model" if FAULT == "model" else os.environ["TOY_MODEL"]
    key = "sk-real-and-private" if FAULT == "key" else os.environ["TOY_KEY"]
    body = {"model": model, "messages": [{"role": "user", "content": text}]}
    headers = {"Authorization": f"Bearer {key}"}
    async with (
        aiohttp.ClientSession() as client,
        client.post(f"{url}/chat/completions", json=body, headers=headers) as answer,
    ):
        found = await answer.json()
    return "" if FAULT == "mute" else str(found.get("choices", [{"message": {"content": "?"}}])[0])


async def chat(request: web.Request) -> web.WebSocketResponse:
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    async for message in socket:
        frame = message.json()
        name, action = frame.get("requestId", ""), frame.get("action")
        if FAULT == "deaf":
            continue
        if action == "ping":
            await socket.send_json(event("pong", name, data={"timestamp": 1}))
        elif action == "create_conversation_session" and FAULT != "no-sessions":
            data = {"sessionId": str(uuid.uuid4())}
            await socket.send_json(event("immediate_response", name, status=200, data=data))
        elif action == "send_message":
            text = await ask(frame["message"])
            await socket.send_json(event("eventual_response", name, status=200, data=text))
        else:
            await socket.send_json(event("error", name, error={"code": "VALIDATION_ERROR"}))
    return socket


if __name__ == "__main__":
    app = web.Application()
    app.router.add_get(PATH, chat)
    if FAULT == "logs":
        print(os.environ["TOY_KEY"], flush=True)
    if FAULT == "exit":
        raise SystemExit("toy: no configuration")
    port = int(os.environ.get("TOY_PORT", "0")) if FAULT != "port" else 0
    asyncio.set_event_loop(asyncio.new_event_loop())
    web.run_app(app, host="127.0.0.1", port=port, print=None, access_log=None)
