"""Assembling one answer from its chunks."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from smooth_operator_server.engine.model import (
    Finished,
    ModelCall,
    ReasoningDelta,
    TextDelta,
    Usage,
)
from smooth_operator_server.models.stream import (
    BadStream,
    CompletionAssembler,
    StreamDelta,
    read_completion,
    read_usage,
)


def chunk(delta: Any, **more: Any) -> bytes:
    return orjson.dumps({"choices": [{"index": 0, "delta": delta, **more}]})


def take(*datas: bytes) -> tuple[CompletionAssembler, list[StreamDelta]]:
    assembler = CompletionAssembler()
    deltas: list[StreamDelta] = []
    for data in datas:
        assembler.take(data, deltas)
    return assembler, deltas


def test_text_comes_as_the_model_cut_it() -> None:
    assembler, deltas = take(
        chunk({"role": "assistant", "content": ""}),
        chunk({"content": "Good "}),
        chunk({"content": "day"}),
        chunk({}, finish_reason="stop"),
        b"[DONE]",
    )
    assert deltas == [TextDelta("Good "), TextDelta("day")]
    assert assembler.finish(None) == Finished("Good day", (), None, "stop")


def test_reasoning_under_either_name_comes_once_and_before_the_text() -> None:
    assembler, deltas = take(
        chunk({"reasoning_content": "hm", "reasoning": "hm", "content": "A"}),
        chunk({"reasoning": "so"}),
    )
    assert deltas == [ReasoningDelta("hm"), TextDelta("A"), ReasoningDelta("so")]
    assert assembler.finish(None).text == "A"


def test_calls_are_assembled_by_index() -> None:
    assembler, deltas = take(
        chunk({"tool_calls": [{"index": 1, "id": "b", "function": {"name": "two"}}]}),
        chunk({"tool_calls": [{"index": 0, "id": "a", "function": {"name": "one"}}]}),
        chunk({"tool_calls": [{"index": 1, "function": {"arguments": '{"x"'}}]}),
        chunk({"tool_calls": [{"index": 0, "function": {"name": "one", "arguments": "{ }"}}]}),
        chunk({"tool_calls": [{"index": 1, "id": "b", "function": {"arguments": ":1}"}}]}),
    )
    assert deltas == []
    assert assembler.started
    assert assembler.finish(None).calls == (
        ModelCall("a", "one", "{ }"),
        ModelCall("b", "two", '{"x":1}'),
    )


def test_a_call_without_index_or_id_still_has_both() -> None:
    assembler, _ = take(chunk({"tool_calls": [{"function": {"name": "x", "arguments": ""}}]}))
    assert assembler.finish(None).calls == (ModelCall("call_0", "x", ""),)


@pytest.mark.parametrize(
    ("data", "started"),
    [
        (chunk({"role": "assistant", "content": ""}), False),
        (chunk({"content": None, "reasoning": ""}), False),
        (chunk({}), False),
        (chunk(None), False),
        (b'{"choices":[],"usage":null,"error":null}', False),
        (b"{}", False),
        (b"", False),
        (chunk({"content": "x"}), True),
        (chunk({"reasoning": "x"}), True),
        (chunk({"tool_calls": [{"index": 0}]}), True),
    ],
)
def test_what_counts_as_the_first_delta(data: bytes, started: bool) -> None:
    assert take(data)[0].started is started


def test_a_stream_is_whole_with_a_reason_or_its_end_mark() -> None:
    assert not take(chunk({"content": "x"}))[0].whole
    assert take(chunk({}, finish_reason="length"))[0].whole
    assert take(b"[DONE]")[0].whole


@pytest.mark.parametrize(
    "data",
    [
        b"{nope",
        b"[]",
        b'"x"',
        b"null",
        b'{"error":{"message":"secret-key-123"}}',
        b'{"error":"secret-key-123","choices":[]}',
        b'{"choices":[1]}',
        b'{"choices":{"a":1}}',
        chunk([1]),
        chunk({"content": ["x"]}),
        chunk({"tool_calls": 1}),
        chunk({"tool_calls": [1]}),
        chunk({"tool_calls": [{"index": "x"}]}),
        chunk({"tool_calls": [{"index": 0, "function": {"arguments": {"a": 1}}}]}),
    ],
)
def test_junk_is_refused_without_being_quoted(data: bytes) -> None:
    with pytest.raises(BadStream) as caught:
        take(data)
    assert "secret" not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@given(st.binary())
def test_any_bytes_are_taken_or_refused(data: bytes) -> None:
    with suppress(BadStream):
        take(data)


@pytest.mark.parametrize(
    ("usage", "header", "expected"),
    [
        ({"prompt_tokens": 10, "completion_tokens": 5}, None, Usage(10, 5, None)),
        ({"prompt_tokens": 10.0, "completion_tokens": 5}, "0.25", Usage(10, 5, 0.25)),
        ({"prompt_tokens": 1, "completion_tokens": 2, "cost": 0}, "0.25", Usage(1, 2, 0.0)),
        ({"prompt_tokens": 1, "completion_tokens": 2, "cost": "x"}, "nan", Usage(1, 2, None)),
        ({"prompt_tokens": 1, "completion_tokens": 2, "cost": True}, "-1", Usage(1, 2, None)),
        ({"prompt_tokens": 1}, "0.25", None),
        ({"prompt_tokens": -1, "completion_tokens": 2}, None, None),
        ({"prompt_tokens": True, "completion_tokens": 2}, None, None),
        ({"prompt_tokens": 1.5, "completion_tokens": 2}, None, None),
        ("many", None, None),
        (None, "0.25", None),
    ],
)
def test_usage(usage: Any, header: str | None, expected: Usage | None) -> None:
    assert read_usage(usage, header) == expected


def test_the_newest_usage_counts() -> None:
    assembler, _ = take(
        b'{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1}}',
        b'{"usage":{"prompt_tokens":3,"completion_tokens":4}}',
    )
    assert assembler.finish("1").usage == Usage(3, 4, 1.0)


def test_a_whole_answer_is_read() -> None:
    message = {"role": "assistant", "content": "Yes", "tool_calls": None}
    body = orjson.dumps(
        {
            "choices": [{"message": message, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 3, "completion_tokens": 4},
        }
    )
    assert read_completion(body, "0.5") == Finished("Yes", (), Usage(3, 4, 0.5), "stop")


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b"[]",
        b'{"choices":[]}',
        b'{"choices":[{}]}',
        b'{"error":{}}',
        b'{"choices":[{"message":7}]}',
    ],
)
def test_a_bad_answer_is_refused(body: bytes) -> None:
    with pytest.raises(BadStream):
        read_completion(body, None)
