"""Raise tools: asking a visitor with a card, or in conversation where no card can be shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from smooth_operator.protocol import encode, prompts
from smooth_operator.protocol.codes import EventType

from smooth_operator_server.engine.model import ModelCall
from smooth_operator_server.engine.tools import CallResult
from smooth_operator_server.interactions.base import (
    Accepted,
    BadRaise,
    InteractionKind,
    Raise,
    Refused,
)
from smooth_operator_server.json_text import write_json
from smooth_operator_server.storage.base import StorageAdapter
from smooth_operator_server.storage.records import Contact
from smooth_operator_server.turns.calls import Call
from smooth_operator_server.turns.parks import Park
from smooth_operator_server.turns.turn import Turn, now_ms

Specs = dict[str, Mapping[str, Any]]
"""The specs raised in conversation in this turn, by kind."""


async def apply_contact(
    storage: StorageAdapter, conversation_id: str, found: Mapping[str, str]
) -> None:
    """Keep what a visitor told about themselves."""
    if not found:
        return
    conversation = await storage.conversation(conversation_id)
    held = conversation.contact if conversation else Contact()
    contact = replace(
        held,
        name=found.get("userName", held.name),
        email=found.get("contactEmail", held.email),
        phone=found.get("contactPhone", held.phone),
    )
    await storage.set_contact(conversation_id, contact)


class RaiseCall(Call):
    """A `request_<kind>` call: parks where the session can render the card."""

    def __init__(
        self,
        call: ModelCall,
        arguments: Any,
        *,
        kind: InteractionKind,
        raised: Raise | BadRaise,
        card: bool,
        turn: Turn,
        storage: StorageAdapter,
        specs: Specs,
        draining: Callable[[], bool],
    ) -> None:
        super().__init__(call, arguments)
        self._kind = kind
        self._raised = raised
        self._turn = turn
        self._storage = storage
        self._specs = specs
        self._draining = draining
        self.gated = card and isinstance(raised, Raise)

    async def run(self, announce: Callable[[], None]) -> CallResult:
        raised = self._raised
        if isinstance(raised, BadRaise):
            return CallResult(raised.text, is_error=True)
        if not self.gated:
            return CallResult(self._fall_back(raised))
        if self._draining():
            announce()
            return CallResult(_no_response())
        return CallResult(await self._show(raised, announce))

    async def _show(self, raised: Raise, announce: Callable[[], None]) -> str:
        turn = self._turn
        park = Park("interaction", interaction=self._kind.name, spec=raised.spec)
        frame = encode.interaction_required(
            request_id=turn.request_id,
            interaction_id=park.id,
            kind=self._kind.name,
            spec=raised.spec,
            reason=raised.reason,
            timestamp=now_ms(),
        )
        opened = turn.open_park(park, EventType.INTERACTION_REQUIRED, frame)
        announce()
        park = await opened.wait()
        if park.outcome == "submitted":
            answer = park.answer or {}
            await apply_contact(self._storage, turn.live.id, answer["contact"])
            return _submitted(answer["values"])
        if park.outcome == "declined":
            return _declined(prompts.INTERACTION_DECLINED)
        return _no_response()

    def _fall_back(self, raised: Raise) -> str:
        self._specs[self._kind.name] = raised.spec
        return write_json(
            {
                "mode": "conversational",
                "kind": self._kind.name,
                "spec": raised.spec,
                "reason": raised.reason,
                "instructions": prompts.interaction_fallback_instructions(kind=self._kind.name),
            }
        )


class SubmitCall(Call):
    """The `submit_interaction` tool: what the visitor said in conversation."""

    def __init__(
        self,
        call: ModelCall,
        arguments: Any,
        *,
        kinds: Mapping[str, InteractionKind],
        specs: Specs,
        turn: Turn,
        storage: StorageAdapter,
    ) -> None:
        super().__init__(call, arguments)
        self._kinds = kinds
        self._specs = specs
        self._turn = turn
        self._storage = storage

    async def run(self, announce: Callable[[], None]) -> CallResult:
        given = self.arguments.get("kind")
        kind = self._kinds.get(given) if isinstance(given, str) else None
        if kind is None:
            text = prompts.submit_kind_unknown(kind=given if isinstance(given, str) else "")
            return CallResult(text, is_error=True)
        if self.arguments.get("declined") is True:
            return CallResult(_declined(prompts.INTERACTION_DECLINED_IN_CONVERSATION))
        verdict = kind.validate(self.arguments.get("values"), self._specs.get(kind.name))
        if isinstance(verdict, Refused):
            return CallResult(_problems(verdict), is_error=True)
        return CallResult(await self._accept(verdict))

    async def _accept(self, accepted: Accepted) -> str:
        await apply_contact(self._storage, self._turn.live.id, accepted.contact)
        return _submitted(accepted.values)


def _submitted(values: Mapping[str, Any]) -> str:
    return write_json({"status": "submitted", "values": values})


def _declined(message: str) -> str:
    return write_json({"status": "declined", "message": message})


def _no_response() -> str:
    return write_json({"status": "no_response", "message": prompts.INTERACTION_NO_RESPONSE})


def _problems(refused: Refused) -> str:
    errors = [
        prompts.submit_values_error(field=problem.field, message=problem.message)
        for problem in refused.problems
    ]
    return prompts.submit_values_invalid(errors="; ".join(errors))
