"""The contract's event-stream vectors."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from smooth_operator_server.engine.model import TextDelta
from smooth_operator_server.models.sse import SseReader
from smooth_operator_server.models.stream import BadStream, CompletionAssembler, StreamDelta

VECTORS = Path(__file__).parents[4] / "spec" / "conformance" / "sse"


def cases(name: str) -> list[Any]:
    loaded = json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))["cases"]
    return [pytest.param(case, id=case["id"]) for case in loaded]


def pieces(case: dict[str, Any]) -> list[bytes]:
    body = bytes.fromhex(case["hex"]) if "hex" in case else case["text"].encode()
    return [body[a:b] for a, b in pairwise([0, *case.get("cuts", []), len(body)])]


@pytest.mark.parametrize("case", cases("events"))
def test_events(case: dict[str, Any]) -> None:
    reader = SseReader()
    events = [event for piece in pieces(case) for event in reader.feed(piece)]
    assert [event.decode(errors="replace") for event in events] == case["data"]


def outcome(case: dict[str, Any]) -> tuple[str, CompletionAssembler, list[StreamDelta]]:
    reader, assembler = SseReader(), CompletionAssembler()
    deltas: list[StreamDelta] = []
    try:
        for piece in pieces(case):
            for data in reader.feed(piece):
                assembler.take(data, deltas)
    except BadStream as error:
        return "error" if "reported an error" in str(error) else "junk", assembler, deltas
    return "whole" if assembler.whole else "cut", assembler, deltas


@pytest.mark.parametrize("case", cases("completions"))
def test_completions(case: dict[str, Any]) -> None:
    found, assembler, deltas = outcome(case)
    finished = assembler.finish(None)
    usage = finished.usage and {
        "promptTokens": finished.usage.prompt_tokens,
        "completionTokens": finished.usage.completion_tokens,
    }
    calls = [
        {"id": call.id, "name": call.name, "arguments": call.arguments} for call in finished.calls
    ]
    assert found == case["outcome"]
    assert deltas == [TextDelta(text) for text in case["deltas"]]
    assert calls == case["calls"]
    assert finished.finish_reason == case["finishReason"]
    assert usage == case["usage"]
