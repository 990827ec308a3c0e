"""One streamed chat completion, assembled from its chunks; free of I/O and of any provider."""

from __future__ import annotations

import math
from typing import Any

import orjson

from smooth_operator_server.engine.model import (
    Finished,
    ModelCall,
    ReasoningDelta,
    TextDelta,
    Usage,
)
from smooth_operator_server.json_text import JsonError, read_json

StreamDelta = TextDelta | ReasoningDelta


class BadStream(Exception):
    """The stream holds what no completion holds; the text says what, without quoting it."""


class CompletionAssembler:
    """Takes the data of one event at a time; gives deltas, and the whole answer at the end."""

    __slots__ = ("_calls", "_text", "done", "finish_reason", "started", "usage")

    def __init__(self) -> None:
        self.started = False
        """A content, reasoning or call delta came: from here on nothing is retried."""
        self.done = False
        """`[DONE]` came."""
        self.finish_reason: str | None = None
        self._text: list[str] = []
        self._calls: dict[int, _Call] = {}
        self.usage: Any = None
        """The newest usage object, as it came."""

    @property
    def whole(self) -> bool:
        """Whether the answer is complete, however the connection ends (decisions 3.7)."""
        return self.done or self.finish_reason is not None

    def take(self, data: bytes, into: list[StreamDelta]) -> None:
        """Append the deltas of one event. Raises `BadStream`."""
        if data == b"[DONE]":
            self.done = True
        if self.done or not data:
            return
        try:
            chunk = orjson.loads(data)
        except JsonError:
            chunk = _read_anyway(data)
        try:
            if chunk.get("error") is not None:
                raise BadStream("the model reported an error in its stream")
            if (usage := chunk.get("usage")) is not None:
                self.usage = usage
            if choices := chunk.get("choices"):
                choice = choices[0]
                if reason := choice.get("finish_reason"):
                    self.finish_reason = str(reason)
                if delta := choice.get("delta"):
                    self.add(delta, into)
        except (AttributeError, LookupError, TypeError, ValueError):
            raise BadStream("a chunk of the model's stream has an unknown shape") from None

    def add(self, delta: dict[str, Any], into: list[StreamDelta]) -> None:
        """One `delta`, or the `message` of an answer that was not streamed."""
        reasoning = delta.get("reasoning_content") or delta.get("reasoning")
        if reasoning and type(reasoning) is str:
            into.append(ReasoningDelta(reasoning))
            self.started = True
        if content := delta.get("content"):
            if type(content) is not str:
                raise TypeError
            into.append(TextDelta(content))
            self._text.append(content)
            self.started = True
        if calls := delta.get("tool_calls"):
            for position, call in enumerate(calls):
                self._call(call, position)
            self.started = True

    def _call(self, piece: dict[str, Any], position: int) -> None:
        index = piece.get("index")
        call = self._calls.setdefault(position if index is None else int(index), _Call())
        if not call.id and (call_id := piece.get("id")):
            call.id = str(call_id)
        function = piece.get("function") or {}
        if not call.name and (name := function.get("name")):
            call.name = str(name)
        if arguments := function.get("arguments"):
            if type(arguments) is not str:
                raise TypeError
            call.arguments.append(arguments)

    def finish(self, header_cost: str | None) -> Finished:
        """The whole answer; `header_cost` counts where the usage reports no cost itself."""
        calls = (self._calls[index].whole(index) for index in sorted(self._calls))
        return Finished(
            "".join(self._text),
            tuple(calls),
            read_usage(self.usage, header_cost),
            self.finish_reason,
        )


class _Call:
    __slots__ = ("arguments", "id", "name")

    def __init__(self) -> None:
        self.id = ""
        self.name = ""
        self.arguments: list[str] = []

    def whole(self, index: int) -> ModelCall:
        # A result must name its call, so a call without an id gets one that is always the same.
        return ModelCall(self.id or f"call_{index}", self.name, "".join(self.arguments))


def _read_anyway(data: bytes) -> Any:
    """What is no proper JSON text, as far as it can be read. Raises `BadStream`."""
    try:
        return read_json(data)
    except JsonError:
        # An event stream is UTF-8 by definition: what is none reads as U+FFFD.
        try:
            return read_json(data.decode(errors="replace").encode())
        except JsonError:
            raise BadStream("the model's stream is not JSON") from None


def read_completion(body: bytes, header_cost: str | None) -> Finished:
    """One answer that was not streamed. Raises `BadStream`."""
    try:
        answer = read_json(body)
        if answer.get("error") is not None:
            raise BadStream("the model reported an error")
        choice = answer["choices"][0]
        assembler = CompletionAssembler()
        assembler.add(choice["message"], [])
        assembler.usage = answer.get("usage")
        assembler.finish_reason = choice.get("finish_reason")
    except (JsonError, AttributeError, LookupError, TypeError, ValueError):
        raise BadStream("the model's answer has an unknown shape") from None
    return assembler.finish(header_cost)


def read_usage(usage: Any, header_cost: str | None) -> Usage | None:
    """The usage object of an answer; None unless it counts both kinds of tokens."""
    if type(usage) is not dict:
        return None
    prompt = _count(usage.get("prompt_tokens"))
    completion = _count(usage.get("completion_tokens"))
    if prompt is None or completion is None:
        return None
    cost = _cost(usage.get("cost"))
    return Usage(prompt, completion, _cost(header_cost) if cost is None else cost)


def _count(value: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if value >= 0 and value == int(value) else None


def _cost(value: Any) -> float | None:
    if value is None or isinstance(value, bool):
        return None
    try:
        cost = float(value)
    except (TypeError, ValueError):
        return None
    return cost if math.isfinite(cost) and cost >= 0 else None
