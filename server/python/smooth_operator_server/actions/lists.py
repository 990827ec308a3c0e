"""Lists: conversations and their messages, page by page; and renaming one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import orjson
from smooth_operator.protocol import prompts
from smooth_operator.protocol.codes import ErrorCode
from smooth_operator.protocol.models import (
    GetConversationMessagesRequest,
    ListConversationsRequest,
    RenameConversationRequest,
)

from smooth_operator_server.actions.client import Client, Refusal
from smooth_operator_server.actions.cursors import Cursors
from smooth_operator_server.actions.scope import list_scope, need_session, readable_conversation
from smooth_operator_server.logs import iso_now
from smooth_operator_server.storage.records import ConversationSummary, StoredMessage
from smooth_operator_server.storage.titles import clean_title
from smooth_operator_server.turns.services import Services
from smooth_operator_server.turns.texts import cut_json
from smooth_operator_server.white_space import trim

DEFAULT_LIMIT = 50
PAGE_BYTES = 900_000
"""Room for the envelope is left: no frame may exceed 1,000,000 bytes (decisions 1.9)."""

Item = TypeVar("Item")


class Lists:
    """`get_conversation_messages`, `list_conversations`, `rename_conversation`."""

    def __init__(self, services: Services, fold: Callable[[str], str]) -> None:
        self._services = services
        self._fold = fold
        self._cursors = Cursors()

    async def messages(self, client: Client, request: GetConversationMessagesRequest) -> None:
        _, conversation = await need_session(self._services, client, request.session_id)
        binding = ("messages", *_who(client), conversation.id)
        before = self._position(request.cursor, request.before, binding)
        limit = request.limit or DEFAULT_LIMIT
        rows = await self._services.storage.messages_before(
            conversation.id, str(before[0]) if before else None, limit + 1
        )
        wire, shown, more = _page(rows, limit, _message)
        cursor = self._cursors.issue([shown[-1].id], *binding) if more else None
        data = {"messages": wire, "nextCursor": cursor, "hasMore": more}
        client.ack(request.request_id, "ConversationMessages", data)

    async def conversations(self, client: Client, request: ListConversationsRequest) -> None:
        query = self._fold(trim(request.query or ""))
        binding = ("conversations", *_who(client), query)
        after = self._position(request.cursor, None, binding)
        limit = request.limit or DEFAULT_LIMIT
        scope = list_scope(self._services, client.principal)
        rows: Sequence[ConversationSummary] = ()
        if scope is not None:
            place = (int(str(after[0])), str(after[1])) if after else None
            rows = await self._services.storage.conversations_after(scope, query, place, limit + 1)
        wire, shown, more = _page(rows, limit, _summary)
        cursor = None
        if more:
            cursor = self._cursors.issue([shown[-1].updated_at, shown[-1].id], *binding)
        data = {"conversations": wire, "nextCursor": cursor, "hasMore": more}
        client.ack(request.request_id, "Conversations", data)

    async def rename(self, client: Client, request: RenameConversationRequest) -> None:
        title = clean_title(request.title)
        if not title:
            raise Refusal(ErrorCode.VALIDATION_ERROR, prompts.error_field_required(field="title"))
        services = self._services
        conversation = await readable_conversation(services, client, request.conversation_id)
        if conversation is None:
            raise Refusal(ErrorCode.CONVERSATION_NOT_FOUND, prompts.ERROR_CONVERSATION_NOT_FOUND)
        await services.storage.rename(conversation.id, title)
        data = {"conversationId": conversation.id, "title": title}
        client.ack(request.request_id, "Conversation renamed", data)

    def _position(
        self, cursor: str | None, legacy: str | None, binding: Sequence[str | None]
    ) -> list[object] | None:
        """Where the page starts. A legacy `before` that we did not issue is ignored."""
        if cursor:
            position = self._cursors.read(cursor, *binding)
            if position is None:
                raise Refusal(ErrorCode.VALIDATION_ERROR, prompts.ERROR_CURSOR)
            return position
        return self._cursors.read(legacy, *binding) if legacy else None


def _who(client: Client) -> tuple[str | None, str | None]:
    principal = client.principal
    return (principal.organization_id, principal.subject) if principal else (None, None)


def _page(
    rows: Sequence[Item], limit: int, wire: Callable[[Item], dict[str, Any]]
) -> tuple[list[dict[str, Any]], Sequence[Item], bool]:
    """As many rows as the limit and a frame allow, at least one; and whether more follow."""
    page: list[dict[str, Any]] = []
    size = 0
    for row in rows[:limit]:
        item = wire(row)
        size += len(orjson.dumps(item)) + 1
        if page and size > PAGE_BYTES:
            break
        page.append(item)
    return page, rows[: len(page)], len(rows) > len(page)


def _message(message: StoredMessage) -> dict[str, Any]:
    return {
        "id": message.id,
        "direction": message.direction,
        "content": {"text": cut_json(message.text)},
        "createdAt": iso_now(message.created_at / 1000),
    }


def _summary(summary: ConversationSummary) -> dict[str, Any]:
    return {
        "conversationId": summary.id,
        "title": summary.title,
        "updatedAt": iso_now(summary.updated_at / 1000),
        "messageCount": summary.message_count,
    }
