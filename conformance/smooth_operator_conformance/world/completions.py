"""Renders a scripted answer as the bytes of a chat completion; pure.

The result is a list of parts: bytes to write, `Hold(gate)` to wait for, `CUT` to break the
connection. Consecutive bytes are joined, so that an ordinary answer is one write.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

Json = Any


@dataclass(frozen=True, slots=True)
class Hold:
    """Wait until this gate is open."""

    gate: str


class _Cut:
    """Break the connection here."""


CUT: Final = _Cut()
Part = bytes | Hold | _Cut
PIECE: Final = 65536
"""Bytes after which joining stops, so that a large answer is written as it is read."""
USAGE: Final = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}


@dataclass(slots=True)
class Answer:
    """One HTTP answer: status, headers, and the body in parts."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)
    split: int = 0
    """Write in pieces of this many bytes; 0 = as it comes."""


def render(entry: dict[str, Json], model: str, streamed: bool) -> Answer:
    """The answer that a script entry stands for."""
    answer = Answer(headers={str(k): str(v) for k, v in entry.get("headers", {}).items()})
    parts: list[Part] = [Hold(entry["gate"])] if "gate" in entry else []
    if "http" in entry:
        answer.status = int(entry["http"])
        body = entry.get("body", {"error": {"message": "scripted refusal"}})
        parts.append(body.encode() if isinstance(body, str) else _dump(body))
        answer.headers.setdefault("content-type", "application/json")
    elif "sse" in entry:
        parts.append(str(entry["sse"]).encode())
        answer.headers.setdefault("content-type", "text/event-stream")
    elif streamed:
        parts.extend(_stream(entry, model))
        answer.headers.setdefault("content-type", "text/event-stream")
    else:
        parts.append(_dump(_whole(entry, model)))
        answer.headers.setdefault("content-type", "application/json")
    if entry.get("cut"):
        parts.append(CUT)
    answer.parts = _joined(parts)
    answer.split = int(entry.get("split", 0))
    return answer


def _joined(parts: list[Part]) -> list[Part]:
    joined: list[Part] = []
    for part in parts:
        last = joined[-1] if joined else CUT
        if isinstance(part, bytes) and isinstance(last, bytes) and len(last) < PIECE:
            joined[-1] = last + part
        else:
            joined.append(part)
    return joined


def _dump(value: Json) -> bytes:
    try:
        return orjson.dumps(value)
    except (TypeError, ValueError):
        # A lone surrogate travels as an escape, and so a scenario can send one.
        return json.dumps(value, separators=(",", ":")).encode()


def _stream(entry: dict[str, Json], model: str) -> Iterator[Part]:
    first = True
    for delta in _deltas(entry):
        if isinstance(delta, Hold):
            yield delta
            continue
        if first:
            delta, first = {"role": "assistant", **delta}, False
        yield _event(model, [{"index": 0, "delta": delta, "finish_reason": None}])
    if entry.get("cut"):
        return
    finish = _finish(entry)
    if finish is not None:
        yield _event(model, [{"index": 0, "delta": {}, "finish_reason": finish}])
    usage = _usage(entry)
    if usage is not None:
        yield _event(model, [], usage)
    if entry.get("done", True):
        yield b"data: [DONE]\n\n"


def _event(model: str, choices: list[Json], usage: Json = None) -> bytes:
    chunk = {
        "id": "chatcmpl-scripted",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": model,
        "choices": choices,
    }
    if usage is not None:
        chunk["usage"] = usage
    return b"data: " + _dump(chunk) + b"\n\n"


def _deltas(entry: dict[str, Json]) -> Iterator[dict[str, Json] | Hold]:
    reasoning = entry.get("reasoning", [])
    for text in [reasoning] if isinstance(reasoning, str) else reasoning:
        yield Hold(text["gate"]) if isinstance(text, dict) else {"reasoning_content": text}
    for text in contents(entry):
        yield text if isinstance(text, Hold) else {"content": text}
    for index, call in enumerate(_calls(entry)):
        yield from _call_deltas(index, call)


def contents(entry: dict[str, Json]) -> Iterator[str | Hold]:
    """The content deltas of an entry, with the gates between them."""
    if "text" in entry:
        yield str(entry["text"])
    for delta in entry.get("deltas", ()):
        yield Hold(delta["gate"]) if isinstance(delta, dict) else delta
    if "fill" in entry:
        size = int(entry["fill"]["bytes"])
        piece = int(entry["fill"].get("delta", size))
        for start in range(0, size, piece):
            yield letters(min(piece, size - start))


def letters(size: int) -> str:
    """ASCII letters, `size` of them."""
    alphabet = "abcdefghijklmnopqrstuvwxyz"
    return (alphabet * (size // 26 + 1))[:size]


def _calls(entry: dict[str, Json]) -> list[dict[str, Json]]:
    calls = []
    for index, call in enumerate(entry.get("calls", ())):
        arguments = call.get("arguments", {})
        text = arguments if isinstance(arguments, str) else _dump(arguments).decode()
        function = {"name": call["name"], "arguments": text}
        name = call.get("id", f"call-{index + 1}")
        calls.append({"id": name, "type": "function", "function": function})
    return calls


def _call_deltas(index: int, call: dict[str, Json]) -> Iterator[dict[str, Json]]:
    """A call in three deltas, its arguments in two: readers have to join them."""
    text = call["function"]["arguments"]
    half = len(text) // 2
    head = {**call, "index": index, "function": {**call["function"], "arguments": ""}}
    yield {"tool_calls": [head]}
    for piece in (text[:half], text[half:]):
        if piece:
            yield {"tool_calls": [{"index": index, "function": {"arguments": piece}}]}


def _finish(entry: dict[str, Json]) -> str | None:
    if "finish" in entry:
        return None if entry["finish"] is None else str(entry["finish"])
    return "tool_calls" if entry.get("calls") else "stop"


def _usage(entry: dict[str, Json]) -> Json:
    usage = entry.get("usage", USAGE)
    if "cost" in entry:
        usage = {**(usage or {}), "cost": entry["cost"]}
    return usage


def _whole(entry: dict[str, Json], model: str) -> Json:
    text = "".join(part for part in contents(entry) if isinstance(part, str))
    calls = _calls(entry)
    message: dict[str, Json] = {"role": "assistant", "content": text if text or not calls else None}
    if calls:
        message["tool_calls"] = calls
    choice = {"index": 0, "message": message, "finish_reason": _finish(entry)}
    whole = {"id": "chatcmpl-scripted", "object": "chat.completion", "created": 1, "model": model}
    usage = _usage(entry)
    return {**whole, "choices": [choice], **({} if usage is None else {"usage": usage})}
