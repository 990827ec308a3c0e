"""The prompt: one system message and the history, to the byte (decisions §5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from smooth_operator.protocol import prompts

from smooth_operator_server.agents.model import Agent, WorkflowStep
from smooth_operator_server.engine import messages as chat
from smooth_operator_server.engine.model import Message
from smooth_operator_server.interactions.base import InteractionKind
from smooth_operator_server.knowledge.base import Hit
from smooth_operator_server.storage.records import StoredMessage
from smooth_operator_server.turns.turn import TurnRequest

HISTORY_MESSAGES = 50
CONTEXT_DOCUMENTS = 3


@dataclass(frozen=True, slots=True)
class PromptParts:
    """What the system message is made of, in the order of its sections."""

    agent: Agent
    greeted: bool
    step: WorkflowStep | None
    skill_name: str | None
    skill: str | None
    kinds: tuple[InteractionKind, ...]
    hits: Sequence[Hit]


def system_text(parts: PromptParts) -> str:
    """The sections that are not empty, joined by a blank line; "" when all are."""
    agent = parts.agent
    sections = [agent.instructions or ""]
    if agent.persona:
        sections.append(prompts.system_persona(persona=agent.persona))
    if agent.greeting and not parts.greeted:
        sections.append(prompts.system_greeting(greeting=agent.greeting))
    if parts.step is not None:
        sections.append(prompts.system_workflow_step(instructions=parts.step.instructions))
    if parts.skill:
        sections.append(prompts.system_skill(name=parts.skill_name or "", body=parts.skill))
    if parts.kinds:
        sections.append(_interactions(parts.kinds))
    if parts.hits:
        sections.append(_context(parts.hits))
    return "\n\n".join(section for section in sections if section)


@cache
def _interactions(kinds: tuple[InteractionKind, ...]) -> str:
    rules = (str(getattr(prompts, f"SYSTEM_INTERACTION_{kind.name.upper()}")) for kind in kinds)
    return prompts.system_interactions(rules="\n".join(rules))


def _context(hits: Sequence[Hit]) -> str:
    documents = [
        prompts.system_knowledge_document(title=hit.title, content=hit.content) for hit in hits
    ]
    return prompts.system_knowledge(documents="\n\n".join(documents))


def history(stored: Sequence[StoredMessage]) -> list[Message]:
    """Stored messages as the model reads them; tool records stand before their reply."""
    told: list[Message] = []
    for message in stored:
        if message.direction == "inbound":
            told.append(chat.user(message.text))
        else:
            told.extend(message.tool_records)
            told.append(chat.assistant(message.text))
    return told


def compose(
    parts: PromptParts, stored: Sequence[StoredMessage], request: TurnRequest
) -> list[Message]:
    """Everything a turn's first model call is told."""
    text = system_text(parts)
    told = [chat.system(text)] if text else []
    return [*told, *history(stored), chat.user(request.message, request.images)]
