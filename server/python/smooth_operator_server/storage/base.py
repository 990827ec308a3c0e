"""The storage seam: what must survive a turn. Every failure is a `StorageError`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from smooth_operator_server.storage.records import (
    Contact,
    Conversation,
    ConversationSummary,
    Session,
    StoredMessage,
    WorkflowPosition,
)


class StorageError(Exception):
    """The storage failed. The text is for logs, never for clients."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose conversations a list shows; both None: everybody's (auth off)."""

    organization_id: str | None = None
    owner: str | None = None


class StorageAdapter(Protocol):
    """Conversations, sessions and messages. Ids are UUIDs in our own (lower-case) spelling."""

    def next_time(self) -> int:
        """Unix milliseconds, strictly increasing over the process (decisions 1.6)."""
        ...

    async def add_conversation(self, conversation: Conversation) -> None: ...
    async def conversation(self, conversation_id: str) -> Conversation | None: ...
    async def add_session(self, session: Session) -> None: ...
    async def session(self, session_id: str) -> Session | None: ...
    async def add_message(self, message: StoredMessage) -> None: ...

    async def add_reply(self, message: StoredMessage, position: WorkflowPosition | None) -> None:
        """Reply, tool records and workflow position in one step; position None leaves it."""
        ...

    async def recent_messages(self, conversation_id: str, limit: int) -> Sequence[StoredMessage]:
        """The newest `limit` messages, oldest first."""
        ...

    async def has_reply(self, conversation_id: str) -> bool:
        """Whether the conversation holds an outbound message."""
        ...

    async def messages_before(
        self, conversation_id: str, before: str | None, limit: int
    ) -> Sequence[StoredMessage]:
        """Newest first, strictly older than the message `before`."""
        ...

    async def conversations_after(
        self, scope: Scope, query: str, after: tuple[int, str] | None, limit: int
    ) -> Sequence[ConversationSummary]:
        """Newest first, id ascending; only those with messages; `query` is folded, "" = all."""
        ...

    async def rename(self, conversation_id: str, name: str) -> None: ...
    async def set_supports(self, conversation_id: str, supports: tuple[str, ...]) -> None: ...

    async def set_contact(self, conversation_id: str, contact: Contact) -> None:
        """A changed email or phone clears the verification of it (decisions 4.5)."""
        ...

    async def set_verified(self, conversation_id: str, verified: Contact) -> None: ...
    async def close(self) -> None: ...
