"""The toolset of one turn: what the model is offered, and what its calls become."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from smooth_operator.protocol import prompts

from smooth_operator_server.engine import messages as chat
from smooth_operator_server.engine.model import ModelCall
from smooth_operator_server.interactions.base import InteractionKind, Raise
from smooth_operator_server.interactions.reading import bad_raise
from smooth_operator_server.knowledge.base import Hit
from smooth_operator_server.storage.base import StorageError
from smooth_operator_server.storage.records import Conversation
from smooth_operator_server.tools.arguments import invalid_paths
from smooth_operator_server.tools.base import Tool
from smooth_operator_server.turns.access import is_admin, is_end_user
from smooth_operator_server.turns.calls import (
    AgentToolCall,
    Call,
    RefusedCall,
    SearchCall,
    read_arguments,
)
from smooth_operator_server.turns.otp import OtpGate, channels
from smooth_operator_server.turns.raise_tools import RaiseCall, Specs, SubmitCall
from smooth_operator_server.turns.services import Services
from smooth_operator_server.turns.texts import overfills
from smooth_operator_server.turns.turn import Turn

SEARCH = "knowledge_search"
SUBMIT = "submit_interaction"


class TurnToolset:
    """The tools of one turn, in the order of decisions §5."""

    def __init__(self, turn: Turn, services: Services, otp: OtpGate | None) -> None:
        self._turn = turn
        self._services = services
        self._otp = otp
        self._tools = {tool.name: tool for tool in services.tools_of(turn.agent)}
        kinds = services.kinds_of(turn.agent)
        self._raises = {kind.raise_tool: kind for kind in kinds}
        supports = turn.session.supports
        self._spoken = {kind.name: kind for kind in kinds if kind.capability not in supports}
        self._searches = services.knowledge.offers(turn.agent.id)
        self._specs: Specs = {}
        self._patterns = (*services.settings.confirm_tools, *turn.agent.confirm_tools)
        self.calls: list[Call] = []
        """Every call of the turn, in call order."""
        self.definitions: Sequence[Mapping[str, Any]] = self._define()

    def _define(self) -> list[Mapping[str, Any]]:
        offered = [
            chat.definition(tool.name, tool.description, tool.parameters)
            for tool in self._tools.values()
        ]
        if self._searches:
            offered.append(_built_in(SEARCH))
        offered.extend(_built_in(name) for name in self._raises)
        if self._spoken:
            offered.append(_built_in(SUBMIT, tuple(self._spoken)))
        return offered

    def directive(self) -> Mapping[str, Any] | None:
        """The last one of the turn, in call order."""
        given = [call.directive for call in self.calls if call.directive is not None]
        return given[-1] if given else None

    def hits(self) -> list[Hit]:
        """What searches found, in call order."""
        return [hit for call in self.calls for hit in call.hits]

    async def plan(self, calls: Sequence[ModelCall]) -> Sequence[Call]:
        conversation = await self._services.storage.conversation(self._turn.live.id)
        if conversation is None:
            raise StorageError("the conversation is gone")
        planned = [self._look_at(call, conversation) for call in calls]
        self.calls.extend(planned)
        return planned

    def _look_at(self, call: ModelCall, conversation: Conversation) -> Call:
        arguments = read_arguments(call.arguments)
        if call.name in self._tools:
            return self._agent_tool(call, arguments, self._tools[call.name], conversation)
        if call.name == SEARCH and self._searches:
            return self._search(call, arguments)
        if call.name in self._raises:
            return self._raise(call, arguments, self._raises[call.name])
        if call.name == SUBMIT and self._spoken:
            return self._submit(call, arguments)
        return RefusedCall(call, arguments, prompts.tool_unknown(tool=call.name))

    def _agent_tool(
        self, call: ModelCall, arguments: Any, tool: Tool, conversation: Conversation
    ) -> Call:
        problem = _argument_problem(call.name, arguments, tool.parameters)
        if problem is None:
            problem = self._right_problem(tool, conversation)
        if problem is not None:
            return RefusedCall(call, arguments, problem)
        parks = self._otp if not self._has_right(tool, conversation) else None
        return AgentToolCall(
            call,
            arguments,
            tool=tool,
            turn=self._turn,
            user=self._user,
            otp=parks,
            confirm=self._confirms(tool.name),
            draining=self._draining,
        )

    def _level(self, tool: Tool) -> str:
        """`AUTH_TOOLS` raises tools that name no level."""
        if tool.auth_level is not None:
            return tool.auth_level
        return "end_user" if tool.name in self._services.settings.auth_tools else "none"

    def _has_right(self, tool: Tool, conversation: Conversation) -> bool:
        turn, level = self._turn, self._level(tool)
        if level == "none":
            return True
        if level == "admin":
            return is_admin(turn.principal)
        return level == "end_user" and is_end_user(
            turn.principal, turn.agent, turn.session, conversation
        )

    def _right_problem(self, tool: Tool, conversation: Conversation) -> str | None:
        """Why a call is refused without asking anybody; None when it may go on, or may park."""
        if self._has_right(tool, conversation):
            return None
        if self._level(tool) != "end_user":
            return prompts.auth_refused_admin(tool=tool.name)
        if self._otp is None or not channels(conversation.contact):
            return prompts.auth_refused_end_user(tool=tool.name)
        if self._turn.starter.parks_otp:
            return None
        if self._otp.owed is None:
            self._otp.owed = tool.name
        return prompts.otp_required(tool=tool.name)

    def _search(self, call: ModelCall, arguments: Any) -> Call:
        problem = _argument_problem(SEARCH, arguments, prompts.TOOLS[SEARCH]["parameters"])
        if problem is not None:
            return RefusedCall(call, arguments, problem)
        return SearchCall(
            call,
            arguments,
            knowledge=self._services.knowledge,
            turn=self._turn,
            confirm=self._confirms(SEARCH),
            draining=self._draining,
        )

    def _raise(self, call: ModelCall, arguments: Any, kind: InteractionKind) -> Call:
        if not isinstance(arguments, dict):
            text = prompts.raise_arguments_invalid(
                problem=prompts.RAISE_PROBLEM_NOT_OBJECT, tool=kind.raise_tool
            )
            return RefusedCall(call, arguments, text)
        raised = kind.parse_raise(arguments)
        if isinstance(raised, Raise) and overfills({"spec": raised.spec, "reason": raised.reason}):
            raised = bad_raise(prompts.RAISE_PROBLEM_TOO_LARGE, kind.raise_tool)
        return RaiseCall(
            call,
            arguments,
            kind=kind,
            raised=raised,
            card=kind.capability in self._turn.session.supports,
            turn=self._turn,
            storage=self._services.storage,
            specs=self._specs,
            draining=self._draining,
        )

    def _submit(self, call: ModelCall, arguments: Any) -> Call:
        if not isinstance(arguments, dict):
            return RefusedCall(call, arguments, prompts.tool_arguments_unreadable(tool=SUBMIT))
        return SubmitCall(
            call,
            arguments,
            kinds=self._spoken,
            specs=self._specs,
            turn=self._turn,
            storage=self._services.storage,
        )

    def _confirms(self, name: str) -> bool:
        return any(pattern in name for pattern in self._patterns)

    def _draining(self) -> bool:
        return self._services.draining

    async def _user(self) -> Mapping[str, Any]:
        """Who the server vouches for (decisions §9); never from the frame or the model."""
        turn = self._turn
        conversation = await self._services.storage.conversation(turn.live.id)
        if conversation is None:
            raise StorageError("the conversation is gone")
        user: dict[str, Any] = {}
        known = turn.session.end_user or (turn.principal.subject if turn.principal else None)
        if known is not None:
            user["id"] = known
        if conversation.contact.email:
            user["email"] = conversation.contact.email
        verified = {"email": conversation.verified.email, "phone": conversation.verified.phone}
        user["verified"] = {key: value for key, value in verified.items() if value}
        return user


def _argument_problem(name: str, arguments: Any, parameters: Mapping[str, Any]) -> str | None:
    if not isinstance(arguments, dict):
        return prompts.tool_arguments_unreadable(tool=name)
    paths = invalid_paths(arguments, parameters)
    if not paths:
        return None
    return prompts.tool_arguments_invalid(tool=name, paths=", ".join(paths))


@cache
def _built_in(name: str, kinds: tuple[str, ...] | None = None) -> Mapping[str, Any]:
    tool = prompts.TOOLS[name]
    parameters = dict(tool["parameters"])
    if kinds is not None:
        kind = {**parameters["properties"]["kind"], "enum": list(kinds)}
        parameters["properties"] = {**parameters["properties"], "kind": kind}
    return chat.definition(name, tool["description"], parameters)
