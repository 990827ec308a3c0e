"""Scripted answers as bytes: what a reader of the stream joins is what the script says."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from smooth_operator_conformance.world.completions import CUT, Hold, letters, render


def events(data: bytes) -> list[Any]:
    lines = [line for line in data.decode().split("\n\n") if line]
    assert all(line.startswith("data: ") for line in lines)
    return [json.loads(line[6:]) for line in lines if line != "data: [DONE]"]


def streamed(entry: dict[str, Any]) -> bytes:
    parts = render(entry, "m", True).parts
    assert all(isinstance(part, bytes) for part in parts)
    return b"".join(part for part in parts if isinstance(part, bytes))


def deltas(entry: dict[str, Any]) -> list[Any]:
    return [c["choices"][0]["delta"] for c in events(streamed(entry)) if c["choices"]]


@given(st.lists(st.text(min_size=1), max_size=5))
def test_deltas_come_one_by_one_and_in_order(texts: list[str]) -> None:
    assert [d["content"] for d in deltas({"deltas": texts}) if "content" in d] == texts


@given(st.text(max_size=30))
def test_arguments_join_to_the_exact_text(text: str) -> None:
    calls = [
        d["tool_calls"][0]
        for d in deltas({"calls": [{"name": "f", "arguments": text}]})
        if "tool_calls" in d
    ]
    assert "".join(call["function"]["arguments"] for call in calls) == text
    assert calls[0]["id"] == "call-1"


def test_usage_comes_last_with_empty_choices_unless_said_otherwise() -> None:
    last = events(streamed({"text": "x"}))[-1]
    assert (last["choices"], last["usage"]["prompt_tokens"]) == ([], 10)
    assert "usage" not in events(streamed({"text": "x", "usage": None}))[-1]
    assert events(streamed({"text": "x", "cost": 0.25}))[-1]["usage"]["cost"] == 0.25


def test_ends_of_a_stream() -> None:
    assert streamed({"text": "x"}).endswith(b"data: [DONE]\n\n")
    assert b"[DONE]" not in streamed({"text": "x", "done": False})
    assert (
        events(streamed({"text": "x", "finish": "length"}))[1]["choices"][0]["finish_reason"]
        == "length"
    )
    assert not any(
        c["finish_reason"]
        for e in events(streamed({"text": "x", "finish": None}))
        for c in e["choices"]
    )
    cut = render({"text": "x", "cut": True}, "m", True).parts
    assert cut[-1] is CUT
    assert b'finish_reason":"stop' not in cut[0]  # type: ignore[operator]


def test_gates_stand_where_the_script_puts_them() -> None:
    parts = render({"gate": "first", "deltas": ["a", {"gate": "g"}, "b"]}, "m", True).parts
    assert [part.gate for part in parts if isinstance(part, Hold)] == ["first", "g"]
    assert parts[0] == Hold("first")


def test_an_answer_that_is_not_streamed_is_one_object() -> None:
    answer = render({"text": "x", "calls": [{"name": "f", "arguments": {"a": 1}}]}, "m", False)
    whole = json.loads(answer.parts[0])  # type: ignore[arg-type]
    message = whole["choices"][0]["message"]
    assert message["content"] == "x"
    assert message["tool_calls"][0]["function"] == {"name": "f", "arguments": '{"a":1}'}
    alone = json.loads(render({"calls": [{"name": "f"}]}, "m", False).parts[0])  # type: ignore[arg-type]
    assert alone["choices"][0]["message"]["content"] is None


def test_refusals_and_raw_streams_are_written_as_they_are() -> None:
    refusal = render({"http": 429, "headers": {"retry-after": 0}, "body": {"e": 1}}, "m", True)
    assert (refusal.status, refusal.headers["retry-after"]) == (429, "0")
    assert refusal.parts == [b'{"e":1}']
    raw = render({"sse": "data: {nope\n\n", "split": 1}, "m", True)
    assert (raw.parts, raw.split) == ([b"data: {nope\n\n"], 1)


def test_filling_is_ascii_of_the_exact_size() -> None:
    texts = [d["content"] for d in deltas({"fill": {"bytes": 100, "delta": 30}}) if "content" in d]
    assert [len(text) for text in texts] == [30, 30, 30, 10]
    assert letters(27) == "abcdefghijklmnopqrstuvwxyza"


def test_large_answers_stay_in_pieces() -> None:
    parts = render({"fill": {"bytes": 1_000_000, "delta": 16384}}, "m", True).parts
    assert len(parts) > 5
    assert all(len(part) < 200_000 for part in parts if isinstance(part, bytes))
