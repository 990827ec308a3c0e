"""Lists: messages and conversations, page by page (decisions 2.5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from . import frames
from .frames import Frame
from .matching import CREATED, Cell, a_text
from .state import Conn, Conversation, Message, Session
from .world import World

DEFAULT, MOST = 50, 100
TITLE = 60


@dataclass(eq=False)
class Cursor:
    """A place in a list, as the server wrote it, and what it is bound to."""

    cell: Cell
    bound: tuple[Any, ...]
    order: int


class Lists:
    """Keeps the cursors that were issued."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.cursors: list[Cursor] = []

    def messages(self, conn: Conn, frame: Frame, rid: Any, session: Session) -> bool:
        """False: the cursor is none of ours."""
        conversation = session.conversation
        bound = ("messages", conn.org, conn.sub, conversation)
        before = self._position(frame.get("cursor"), bound)
        if before is None:
            return False
        held = [
            message for message in conversation.messages if not before or message.order < before
        ]
        page, more = _page(held[::-1], frame.get("limit"))
        data = {
            "messages": [_message(message) for message in page],
            "hasMore": more,
            "nextCursor": self._issue(bound, page[-1].order) if more else None,
        }
        self._world.reply(conn, frames.ack(rid, "ConversationMessages", data))
        return True

    def conversations(self, conn: Conn, frame: Frame, rid: Any) -> None:
        query = frame.get("query")
        folded = query.strip().casefold() if isinstance(query, str) else ""
        bound = ("conversations", conn.org, conn.sub, folded)
        before = self._position(frame.get("cursor"), bound)
        if before is None:
            self._world.refuse(conn, rid, "VALIDATION_ERROR")
            return
        held = [one for one in self._world.conversations if self._listed(conn, one, folded)]
        held = sorted(held, key=lambda one: -one.updated)
        held = [one for one in held if not before or one.updated < before]
        page, more = _page(held, frame.get("limit"))
        data = {
            "conversations": [_summary(one) for one in page],
            "hasMore": more,
            "nextCursor": self._issue(bound, page[-1].updated) if more else None,
        }
        self._world.reply(conn, frames.ack(rid, "Conversations", data))

    def _listed(self, conn: Conn, conversation: Conversation, query: str) -> bool:
        if not conversation.messages:
            return False
        if self._world.scoped:
            mine = (conversation.org, conversation.owner) == (conn.org, conn.sub)
            if conn.sub is None or not mine:
                return False
        texts = [_title(conversation), *(message.text for message in conversation.messages)]
        return any(query in text.casefold() for text in texts)

    def _position(self, given: Any, bound: tuple[Any, ...]) -> int | None:
        """0: from the start; None: the cursor does not belong here."""
        if not given:
            return 0
        for cursor in self.cursors:
            if cursor.cell.value == given and cursor.bound == bound:
                return cursor.order
        return None

    def _issue(self, bound: tuple[Any, ...], order: int) -> Cell:
        cell = Cell("cursor", a_text)
        self.cursors.append(Cursor(cell, bound, order))
        return cell


def _page(rows: list[Any], given: Any) -> tuple[list[Any], bool]:
    limit = given if type(given) is int and given >= 1 else DEFAULT
    limit = min(limit, MOST)
    return rows[:limit], len(rows) > limit


def _title(conversation: Conversation) -> str:
    if conversation.name is not None:
        return conversation.name
    text = " ".join(conversation.messages[0].text.split())
    return text if len(text) <= TITLE else text[:TITLE] + "…"


def _message(message: Message) -> Frame:
    content = {"text": message.text}
    return {
        "id": message.id,
        "direction": message.direction,
        "content": content,
        "createdAt": CREATED,
    }


def _summary(conversation: Conversation) -> Frame:
    return {
        "conversationId": conversation.id,
        "title": _title(conversation),
        "updatedAt": CREATED,
        "messageCount": len(conversation.messages),
    }
