"""Records: what a conversation is made of, as data any storage can keep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Direction = Literal["inbound", "outbound"]


@dataclass(frozen=True, slots=True)
class Contact:
    """How to reach a person. Blank is absent, never an empty string."""

    name: str | None = None
    email: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class WorkflowPosition:
    """Where a conversation stands in one agent's workflow; `step_id` None means it is over."""

    agent_id: str
    step_id: str | None
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Conversation:
    """`owner` is the `sub` that created it while auth was on; times in Unix milliseconds."""

    id: str
    organization_id: str
    created_at: int
    owner: str | None = None
    name: str | None = None
    supports: tuple[str, ...] = ()
    contact: Contact = Contact()
    verified: Contact = Contact()
    workflow: WorkflowPosition | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Session:
    """One client's view of a conversation; the agent that answers belongs to it."""

    id: str
    conversation_id: str
    agent_id: str
    """As acknowledged: an unknown UUID is kept as it was given."""
    answering_agent_id: str
    user_participant_id: str
    agent_participant_id: str
    supports: tuple[str, ...] = ()
    user_name: str = "Visitor"
    browser_fingerprint: str | None = None
    end_user: str | None = None
    """The `userId` of a valid `authContext`."""


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """`tool_records` are the chat messages between the user's text and this reply (§5)."""

    id: str
    conversation_id: str
    direction: Direction
    text: str
    created_at: int
    tool_records: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class ConversationSummary:
    """A row of `list_conversations`. `updated_at` is the newest message's time."""

    id: str
    title: str
    updated_at: int
    message_count: int
