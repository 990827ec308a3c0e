"""The scripted model gateway: `POST …/chat/completions`, one script entry a request.

The model name selects copy and agent; behind `/lane/<name>/` the lane does. An empty queue answers
HTTP 400; the leftovers of the trace turn the scenario red.
"""

from __future__ import annotations

import json
from typing import Any

import orjson
from aiohttp import web

from smooth_operator_conformance.world.completions import render
from smooth_operator_conformance.world.registry import Registry
from smooth_operator_conformance.world.writing import answer_on, headers_of

Json = Any


async def complete(request: web.BaseRequest, registry: Registry) -> web.StreamResponse:
    """Answer one chat completion from its script."""
    body = _parsed(await request.read())
    model = body.get("model") if isinstance(body, dict) else None
    found = registry.asked(lane_of(request.path), model)
    if found is None:
        registry.strays.append(f"a model request for {model!r}")
        return _refuse(f"no scenario has the model {model!r}")
    run, agent = found
    inbox = f"model:{agent}"
    run.timeline.add(inbox, "in", "http", {**body, "$headers": headers_of(request)})
    entry = run.next_script(agent)
    if entry is None:
        return _refuse(f"the script of {agent} is empty")
    answer = render(entry, str(model), bool(body.get("stream")))
    return await answer_on(request, run, inbox, answer)


def lane_path(lane: str) -> str:
    """Where the gateway of a lane is."""
    return f"/lane/{lane}/v1"


def lane_of(path: str) -> str | None:
    """The lane that a request names, if any."""
    parts = path.split("/", 3)
    return parts[2] if len(parts) == 4 and parts[1] == "lane" else None


def _parsed(raw: bytes) -> Json:
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        try:
            return json.loads(raw)
        except ValueError:
            return None


def _refuse(message: str) -> web.Response:
    return web.json_response({"error": {"message": message}}, status=400)
