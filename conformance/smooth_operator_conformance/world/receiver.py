"""The code delivery receiver: `POST /otp`; the session says whose code it is."""

from __future__ import annotations

from typing import Any

import orjson
from aiohttp import web

from smooth_operator_conformance.world.registry import Registry
from smooth_operator_conformance.world.toolhost import render_tool
from smooth_operator_conformance.world.writing import answer_on, headers_of

Json = Any


async def deliver(request: web.BaseRequest, registry: Registry) -> web.StreamResponse:
    """Take a delivery: 200, unless the scenario's `otp` list says something else."""
    body = orjson.loads(await request.read())
    run = registry.sessions.get(str(body.get("sessionId")))
    if run is None:
        registry.strays.append("a delivery for an unknown session")
        return web.json_response({}, status=404)
    run.timeline.add("otp", "in", "http", {**body, "$headers": headers_of(request)})
    answer = run.next_answer("otp")
    if answer is None:
        return web.json_response({})
    return await answer_on(request, run, "otp", render_tool(answer))
