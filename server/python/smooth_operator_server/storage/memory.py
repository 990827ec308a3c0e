"""Memory storage: everything in dictionaries, gone with the process."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from smooth_operator_server.storage.base import Scope, StorageError
from smooth_operator_server.storage.history import History
from smooth_operator_server.storage.records import (
    Contact,
    Conversation,
    ConversationSummary,
    Session,
    StoredMessage,
    WorkflowPosition,
)
from smooth_operator_server.storage.titles import UNTITLED, title_of

AWAKE = 64
"""Conversations whose messages are at hand; those that were quiet for longest are packed."""


@dataclass(slots=True)
class _Entry:
    conversation: Conversation
    history: History
    first_title: str | None = None
    """What the messages call the conversation; theirs once one of them can."""
    folded: list[str] = field(default_factory=list)
    """The messages' texts as searches read them; behind `history` until the next search."""

    @property
    def updated_at(self) -> int:
        return self.history.updated_at or self.conversation.created_at

    def title(self) -> str:
        if self.conversation.name:
            return self.conversation.name
        if self.first_title is None:
            inbound = (title_of(m.text) for m in self.history if m.direction == "inbound")
            self.first_title = next((title for title in inbound if title), None)
        return self.first_title or UNTITLED

    def summary(self) -> ConversationSummary:
        return ConversationSummary(
            self.conversation.id, self.title(), self.updated_at, len(self.history)
        )


class MemoryStorage:
    """`fold` reduces text for searching (lexical.md's `drop` and `fold`)."""

    def __init__(self, fold: Callable[[str], str] = str.casefold) -> None:
        self._fold = fold
        self._entries: dict[str, _Entry] = {}
        self._sessions: dict[str, Session] = {}
        self._awake: OrderedDict[str, History] = OrderedDict()
        self._last_time = 0

    def next_time(self) -> int:
        self._last_time = max(int(time.time() * 1000), self._last_time + 1)
        return self._last_time

    async def add_conversation(self, conversation: Conversation) -> None:
        self._entries[conversation.id] = _Entry(conversation, History(conversation.id))

    async def conversation(self, conversation_id: str) -> Conversation | None:
        entry = self._entries.get(conversation_id)
        return entry.conversation if entry else None

    async def add_session(self, session: Session) -> None:
        self._sessions[session.id] = session

    async def session(self, session_id: str) -> Session | None:
        return self._sessions.get(session_id)

    async def add_message(self, message: StoredMessage) -> None:
        history = self._entry(message.conversation_id).history
        history.append(message)
        self._awake[message.conversation_id] = history
        self._awake.move_to_end(message.conversation_id)
        if len(self._awake) > AWAKE:
            self._awake.popitem(last=False)[1].rest()

    async def add_reply(self, message: StoredMessage, position: WorkflowPosition | None) -> None:
        await self.add_message(message)
        if position is not None:
            self._change(message.conversation_id, workflow=position)

    async def recent_messages(self, conversation_id: str, limit: int) -> Sequence[StoredMessage]:
        history = self._entry(conversation_id).history
        return history.slice(len(history) - limit, len(history))

    async def has_reply(self, conversation_id: str) -> bool:
        return self._entry(conversation_id).history.replies > 0

    async def messages_before(
        self, conversation_id: str, before: str | None, limit: int
    ) -> Sequence[StoredMessage]:
        history = self._entry(conversation_id).history
        end = len(history) if before is None else history.place(before) or 0
        return history.slice(end - limit, end)[::-1]

    async def conversations_after(
        self, scope: Scope, query: str, after: tuple[int, str] | None, limit: int
    ) -> Sequence[ConversationSummary]:
        rows = [
            entry
            for entry in self._entries.values()
            if entry.history and _within(entry.conversation, scope) and self._matches(entry, query)
        ]
        rows.sort(key=lambda entry: (-entry.updated_at, entry.conversation.id))
        if after is not None:
            place = (-after[0], after[1])
            rows = [row for row in rows if (-row.updated_at, row.conversation.id) > place]
        return [row.summary() for row in rows[:limit]]

    async def rename(self, conversation_id: str, name: str) -> None:
        self._change(conversation_id, name=name)

    async def set_supports(self, conversation_id: str, supports: tuple[str, ...]) -> None:
        self._change(conversation_id, supports=supports)

    async def set_contact(self, conversation_id: str, contact: Contact) -> None:
        held = self._entry(conversation_id).conversation
        verified = Contact(
            email=held.verified.email if held.contact.email == contact.email else None,
            phone=held.verified.phone if held.contact.phone == contact.phone else None,
        )
        self._change(conversation_id, contact=contact, verified=verified)

    async def set_verified(self, conversation_id: str, verified: Contact) -> None:
        self._change(conversation_id, verified=verified)

    async def close(self) -> None:
        self._entries.clear()
        self._awake.clear()
        self._sessions.clear()

    def _entry(self, conversation_id: str) -> _Entry:
        try:
            return self._entries[conversation_id]
        except KeyError:
            raise StorageError("the conversation is gone") from None

    def _change(self, conversation_id: str, **changes: object) -> None:
        entry = self._entry(conversation_id)
        entry.conversation = replace(entry.conversation, **changes)  # type: ignore[arg-type]

    def _matches(self, entry: _Entry, query: str) -> bool:
        if not query or query in self._fold(entry.title()):
            return True
        history = entry.history
        for message in history.slice(len(entry.folded), len(history)):
            folded = self._fold(message.text)
            entry.folded.append(message.text if folded == message.text else folded)
        return any(query in text for text in entry.folded)


def _within(conversation: Conversation, scope: Scope) -> bool:
    if scope.organization_id is None:
        return True
    return (
        conversation.organization_id == scope.organization_id
        and conversation.owner is not None
        and conversation.owner == scope.owner
    )
