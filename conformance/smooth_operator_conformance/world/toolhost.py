"""The hosted tools: `POST /tool/<nonce>/<agent>/<name>`, one scripted answer a call."""

from __future__ import annotations

import json
from typing import Any

import orjson
from aiohttp import web

from smooth_operator_conformance.world.completions import CUT, Answer, Hold, Part, letters
from smooth_operator_conformance.world.registry import Registry
from smooth_operator_conformance.world.writing import answer_on, headers_of

Json = Any


async def call(request: web.BaseRequest, registry: Registry) -> web.StreamResponse:
    """Answer one tool call from its script."""
    _, _, nonce, agent, name = request.path.split("/", 4)
    run = registry.by_nonce.get(nonce)
    if run is None:
        registry.strays.append(f"a tool call to {request.path}")
        return web.json_response({"error": "no such scenario"}, status=404)
    inbox = f"tool:{agent}/{name}"
    run.timeline.add(inbox, "in", "http", _body(request, await request.read()))
    answer = run.next_answer(f"{agent}/{name}")
    if answer is None:
        return web.json_response({"error": "no answer is left"}, status=500)
    return await answer_on(request, run, inbox, render_tool(answer))


def _body(request: web.BaseRequest, raw: bytes) -> Json:
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError:
        body = {"$raw": raw.decode("utf-8", "replace")}
    if not isinstance(body, dict):
        body = {"$raw": body}
    return {**body, "$headers": headers_of(request)}


def render_tool(answer: dict[str, Json]) -> Answer:
    """The HTTP answer that a scripted tool answer stands for."""
    parts: list[Part] = [Hold(gate) for gate in answer.get("gates", ())]
    headers = {str(k): str(v) for k, v in answer.get("headers", {}).items()}
    headers.setdefault("content-type", "application/json")
    if answer.get("cut"):
        parts.append(CUT)
    elif "raw" in answer:
        parts.append(str(answer["raw"]).encode())
    else:
        parts.append(_dump(_object(answer)))
    return Answer(int(answer.get("http", 200)), headers, parts)


def _object(answer: dict[str, Json]) -> Json:
    body = {key: answer[key] for key in ("result", "isError", "directive") if key in answer}
    if "fill" in answer:
        body["result"] = letters(int(answer["fill"]))
    return {**body, **answer.get("extra", {})}


def _dump(value: Json) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
