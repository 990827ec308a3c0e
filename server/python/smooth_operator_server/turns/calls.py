"""Calls: what one call of a model's answer turns into, and whether it asks somebody first."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson
from smooth_operator.protocol import encode, prompts
from smooth_operator.protocol.codes import EventType

from smooth_operator_server.engine.model import ModelCall
from smooth_operator_server.engine.tools import CallResult
from smooth_operator_server.ids import new_id
from smooth_operator_server.json_text import JsonError, read_json, write_json
from smooth_operator_server.knowledge.base import Hit, KnowledgeBase
from smooth_operator_server.logs import log
from smooth_operator_server.tools.base import Tool, ToolContext, ToolResult
from smooth_operator_server.turns.otp import OtpGate
from smooth_operator_server.turns.parks import Park
from smooth_operator_server.turns.turn import Turn, now_ms


def read_arguments(text: str) -> Any:
    """The model's argument text, parsed; "" counts as {}; what does not parse stays text."""
    if text == "":
        return {}
    try:
        return read_json(text.encode(errors="replace"))
    except JsonError:
        return text


class Call:
    """One call, looked at. Without a `refusal` the subclass runs it."""

    gated = False

    def __init__(self, call: ModelCall, arguments: Any) -> None:
        self.call = call
        self.id = new_id()
        self.arguments = arguments
        self.directive: Mapping[str, Any] | None = None
        self.hits: Sequence[Hit] = ()

    async def run(self, announce: Callable[[], None]) -> CallResult:
        raise NotImplementedError


class RefusedCall(Call):
    """A call that asks nobody and runs nothing: unknown tool, bad arguments, no right."""

    def __init__(self, call: ModelCall, arguments: Any, text: str) -> None:
        super().__init__(call, arguments)
        self._text = text

    async def run(self, announce: Callable[[], None]) -> CallResult:
        return CallResult(self._text, is_error=True)


class AgentToolCall(Call):
    """A tool of the agents file or of the embedding application."""

    def __init__(
        self,
        call: ModelCall,
        arguments: Mapping[str, Any],
        *,
        tool: Tool,
        turn: Turn,
        user: Callable[[], Any],
        otp: OtpGate | None,
        confirm: bool,
        draining: Callable[[], bool],
    ) -> None:
        super().__init__(call, arguments)
        self._tool = tool
        self._turn = turn
        self._user = user
        self._otp = otp
        self._confirm = confirm
        self._draining = draining
        self.gated = confirm or otp is not None

    async def run(self, announce: Callable[[], None]) -> CallResult:
        if self._otp is not None:
            refusal = await self._otp.pass_through(self._turn, self._tool.name, announce)
            if refusal is not None:
                return CallResult(refusal, is_error=True)
        if self._confirm:
            refusal = await ask_confirmation(
                self._turn, self._tool.name, announce, self._draining()
            )
            if refusal is not None:
                return CallResult(refusal, is_error=True)
        announce()
        return await self._call()

    async def _call(self) -> CallResult:
        turn = self._turn
        context = ToolContext(
            call_id=self.id,
            agent_id=turn.agent.id,
            organization_id=turn.organization_id,
            conversation_id=turn.live.id,
            session_id=turn.session.id,
            request_id=turn.request_id,
            user=await self._user(),
            files=turn.request.files,
        )
        try:
            result = await self._tool.call(self.arguments, context)
            text, directive = _sendable(result)
        except Exception as error:
            return _broke(turn, self._tool.name, error)
        if not result.is_error:
            self.directive = directive
        return CallResult(text, result.is_error)


def _sendable(result: ToolResult) -> tuple[str, Mapping[str, Any] | None]:
    """What a tool of the application gave back, as JSON can carry it. Raises `TypeError`."""
    text = result.text
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    directive = None if result.directive is None else dict(result.directive)
    orjson.dumps(directive)
    return text, directive


def _broke(turn: Turn, tool: str, error: Exception) -> CallResult:
    """A tool's failure never ends a turn (decisions 3.6)."""
    log(
        "tool_failed",
        "a tool raised",
        exc_info=error,
        request_id=turn.request_id,
        level=logging.ERROR,
    )
    return CallResult(prompts.tool_failed(tool=tool), is_error=True)


async def ask_confirmation(
    turn: Turn, tool: str, announce: Callable[[], None], draining: bool
) -> str | None:
    """Park until somebody decides. None: go on; else what the model reads instead."""
    if draining:
        announce()
        return prompts.confirmation_unanswered(tool=tool)
    frame = encode.write_confirmation_required(
        request_id=turn.request_id,
        tool_id=tool,
        action_description=prompts.confirmation_prompt(tool=tool),
        timestamp=now_ms(),
    )
    opened = turn.open_park(Park("confirmation"), EventType.WRITE_CONFIRMATION_REQUIRED, frame)
    announce()
    park = await opened.wait()
    if park.outcome == "approved":
        return None
    if park.drained or park.outcome == "timeout":
        return prompts.confirmation_unanswered(tool=tool)
    return prompts.confirmation_rejected(tool=tool)


class SearchCall(Call):
    """`knowledge_search`: the documents this agent may see, as a JSON array."""

    DEFAULT_LIMIT = 5

    def __init__(
        self,
        call: ModelCall,
        arguments: Mapping[str, Any],
        *,
        knowledge: KnowledgeBase,
        turn: Turn,
        confirm: bool,
        draining: Callable[[], bool],
    ) -> None:
        super().__init__(call, arguments)
        self._knowledge = knowledge
        self._turn = turn
        self._draining = draining
        self.gated = confirm

    async def run(self, announce: Callable[[], None]) -> CallResult:
        if self.gated:
            refusal = await ask_confirmation(self._turn, self.call.name, announce, self._draining())
            if refusal is not None:
                return CallResult(refusal, is_error=True)
        announce()
        limit = int(self.arguments.get("limit", self.DEFAULT_LIMIT))
        try:
            self.hits = await self._knowledge.search(
                self.arguments["query"], agent_id=self._turn.agent.id, limit=limit
            )
        except Exception as error:
            return _broke(self._turn, self.call.name, error)
        return CallResult(
            write_json(
                [
                    {
                        "id": hit.document_id,
                        "title": hit.title,
                        "content": hit.content,
                        "score": hit.score,
                    }
                    for hit in self.hits
                ]
            )
        )
