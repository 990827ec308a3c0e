"""Tools written in Python, for applications that embed the server."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from smooth_operator.protocol import prompts

from smooth_operator_server.json_text import write_json
from smooth_operator_server.tools.arguments import compile_parameters
from smooth_operator_server.tools.base import Tool, ToolContext, ToolResult

_log = logging.getLogger(__name__)

Function = Callable[..., Any]
"""Takes the arguments and the `ToolContext`; may be a coroutine function."""


class ToolError(Exception):
    """Raised by a function to tell the model, in its own words, what went wrong."""


class FunctionTool:
    """A tool that is a function in this process (`Tool`).

    The function returns a `ToolResult`, a string, or any JSON value; a plain function runs in a
    thread, a coroutine function in the server's loop. What it raises beside `ToolError` is
    logged, and the model is told that the tool failed. Raises `ValueError` for bad `parameters`.
    """

    def __init__(
        self,
        name: str,
        description: str,
        parameters: Mapping[str, Any],
        function: Function,
        *,
        auth_level: str | None = None,
        timeout_seconds: float = 30.0,
    ) -> None:
        compile_parameters(parameters)
        self._name = name
        self._description = description
        self._parameters = parameters
        self._function = function
        self._auth_level = auth_level
        self._timeout = timeout_seconds

    @property
    def name(self) -> str:
        return self._name

    @property
    def description(self) -> str:
        return self._description

    @property
    def parameters(self) -> Mapping[str, Any]:
        return self._parameters

    @property
    def auth_level(self) -> str | None:
        return self._auth_level

    async def call(self, arguments: Mapping[str, Any], context: ToolContext) -> ToolResult:
        try:
            async with asyncio.timeout(self._timeout) as limit:
                answer = await self._run(arguments, context)
            return answer if isinstance(answer, ToolResult) else ToolResult(_text(answer))
        except ToolError as error:
            return ToolResult(str(error), is_error=True)
        except Exception as error:
            if isinstance(error, TimeoutError) and limit.expired():
                return ToolResult(prompts.tool_timed_out(tool=self._name), is_error=True)
            _log.error(
                "tool %s raised",
                self._name,
                exc_info=error,
                extra={"event": "tool_failed", "keys": {"requestId": context.request_id}},
            )
            return ToolResult(prompts.tool_failed(tool=self._name), is_error=True)

    async def _run(self, arguments: Mapping[str, Any], context: ToolContext) -> Any:
        if inspect.iscoroutinefunction(self._function):
            return await self._function(arguments, context)
        return await asyncio.to_thread(self._function, arguments, context)


def _text(answer: Any) -> str:
    return answer if isinstance(answer, str) else write_json(answer)


class FunctionTools:
    """Function tools for every agent, or for those named by id (`ToolProvider`)."""

    def __init__(self, tools: Iterable[Tool], *, agent_ids: Collection[str] | None = None) -> None:
        self._tools = tuple(tools)
        self._agent_ids = None if agent_ids is None else frozenset(agent_ids)

    def tools(self, agent_id: str) -> Sequence[Tool]:
        if self._agent_ids is None or agent_id in self._agent_ids:
            return self._tools
        return ()

    async def close(self) -> None:
        return None
