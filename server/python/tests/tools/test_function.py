"""Tools that are functions of the embedding application."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Mapping
from typing import Any

import pytest
from smooth_operator.protocol import prompts
from smooth_operator_server.tools.base import ToolContext, ToolResult
from smooth_operator_server.tools.function import FunctionTool, FunctionTools, ToolError

CONTEXT = ToolContext("k", "a", "o", "c", "s", "r")


def tool(function: Any, **options: Any) -> FunctionTool:
    return FunctionTool("look", "Looks.", {"type": "object"}, function, **options)


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        ("text", ToolResult("text")),
        ({"b": 1.0, "a": ["é"]}, ToolResult('{"b":1,"a":["é"]}')),
        (None, ToolResult("null")),
        (ToolResult("no", is_error=True), ToolResult("no", is_error=True)),
    ],
)
async def test_what_a_function_gives(answer: Any, result: ToolResult) -> None:
    async def function(arguments: Mapping[str, Any], context: ToolContext) -> Any:
        assert context is CONTEXT
        return answer

    assert await tool(function).call({}, CONTEXT) == result


async def test_a_plain_function_does_not_hold_up_the_loop() -> None:
    def function(arguments: Mapping[str, Any], context: ToolContext) -> str:
        return f"{arguments['x']} {threading.current_thread() is threading.main_thread()}"

    assert await tool(function).call({"x": 1}, CONTEXT) == ToolResult("1 False")


async def test_a_tool_error_speaks_to_the_model() -> None:
    async def function(arguments: Mapping[str, Any], context: ToolContext) -> str:
        raise ToolError("no such order")

    assert await tool(function).call({}, CONTEXT) == ToolResult("no such order", is_error=True)


@pytest.mark.parametrize("error", [RuntimeError("secret"), TimeoutError("secret")])
async def test_other_errors_are_logged_and_not_told(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    async def function(arguments: Mapping[str, Any], context: ToolContext) -> str:
        raise error

    with caplog.at_level(logging.ERROR):
        result = await tool(function).call({}, CONTEXT)
    assert result == ToolResult(prompts.tool_failed(tool="look"), is_error=True)
    assert "look raised" in caplog.text


async def test_an_answer_that_is_no_json_is_a_failure() -> None:
    async def function(arguments: Mapping[str, Any], context: ToolContext) -> object:
        return object()

    result = await tool(function).call({}, CONTEXT)
    assert result == ToolResult(prompts.tool_failed(tool="look"), is_error=True)


async def test_time_runs_out() -> None:
    async def function(arguments: Mapping[str, Any], context: ToolContext) -> None:
        await asyncio.Event().wait()

    result = await tool(function, timeout_seconds=0.01).call({}, CONTEXT)
    assert result == ToolResult(prompts.tool_timed_out(tool="look"), is_error=True)


def test_bad_parameters_are_refused_at_once() -> None:
    with pytest.raises(ValueError, match=r"."):
        FunctionTool("x", "y", {"type": "nope"}, lambda arguments, context: "")


async def test_whom_the_tools_are_for() -> None:
    one = tool(lambda arguments, context: "", auth_level="admin")
    assert one.auth_level == "admin"
    assert FunctionTools([one]).tools("anyone") == (one,)
    some = FunctionTools([one], agent_ids=["a"])
    assert some.tools("a") == (one,)
    assert some.tools("b") == ()
    await some.close()
