"""Tools over HTTP: what they are sent, what counts as an answer, failures as fixed sentences."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import orjson
from smooth_operator.protocol import prompts

from smooth_operator_server.json_text import JsonError, read_json
from smooth_operator_server.tools.base import ToolContext, ToolResult
from smooth_operator_server.tools.spec import Failed, Owner, Spec

if TYPE_CHECKING:
    from smooth_operator_server.tools.caller import Caller

_log = logging.getLogger(__name__)


class HttpTool:
    """A tool of the agents file (`Tool`)."""

    def __init__(self, spec: Spec, tools: HttpTools) -> None:
        self._spec = spec
        self._tools = tools

    @property
    def name(self) -> str:
        return self._spec.name

    @property
    def description(self) -> str:
        return self._spec.description

    @property
    def parameters(self) -> Mapping[str, Any]:
        return self._spec.parameters

    @property
    def auth_level(self) -> str | None:
        return self._spec.auth_level

    async def call(self, arguments: Mapping[str, Any], context: ToolContext) -> ToolResult:
        try:
            body = invocation(self.name, arguments, context)
            return outcome(
                self.name, await self._tools.caller.post(self._spec, body, context.call_id)
            )
        except Failed as failure:
            _log.warning(
                "tool call failed: %s",
                failure,
                extra={"event": "tool_failed", "keys": {"requestId": context.request_id}},
            )
            return ToolResult(str(failure), is_error=True)


class HttpTools:
    """The agents file's tools (`ToolProvider`)."""

    def __init__(self, agents: Iterable[Owner], *, caller: Caller | None = None) -> None:
        self._caller = caller
        self._tools = {
            agent.id: tuple(HttpTool(spec, self) for spec in agent.tools) for agent in agents
        }

    @property
    def caller(self) -> Caller:
        """Made at the first call: aiohttp would cost every start a third of its time."""
        if self._caller is None:
            from smooth_operator_server.tools.caller import Caller

            self._caller = Caller()
        return self._caller

    def tools(self, agent_id: str) -> Sequence[HttpTool]:
        return self._tools.get(agent_id, ())

    async def close(self) -> None:
        if self._caller is not None:
            await self._caller.close()


def invocation(name: str, arguments: Mapping[str, Any], context: ToolContext) -> bytes:
    """The request body, keys in the contract's order."""
    body: dict[str, Any] = {
        "callId": context.call_id,
        "toolName": name,
        "agentId": context.agent_id,
        "organizationId": context.organization_id,
        "conversationId": context.conversation_id,
        "sessionId": context.session_id,
        "requestId": context.request_id,
        "user": context.user,
    }
    if context.files:
        body["files"] = context.files
    body["arguments"] = arguments
    return orjson.dumps(body, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError


def outcome(name: str, body: bytes) -> ToolResult:
    """What a 200 answer says. Raises `Failed` when it is no tool's answer."""
    try:
        answer = read_json(body)
    except JsonError:
        answer = None
    if not isinstance(answer, dict):
        raise Failed(prompts.tool_bad_result(tool=name))
    text, is_error = answer.get("result"), answer.get("isError", False)
    directive = answer.get("directive")
    if (
        not isinstance(text, str)
        or not isinstance(is_error, bool | None)
        or not isinstance(directive, dict | None)
    ):
        raise Failed(prompts.tool_bad_result(tool=name))
    return ToolResult(text, bool(is_error), directive)
