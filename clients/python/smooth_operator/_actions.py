"""One method per action of the contract: sends its frame, waits, gives back its typed result."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any, TypeAlias
from uuid import UUID

from ._link import Link
from ._outcomes import Submission, Verification, submission, verification
from ._requests import build, result
from .protocol.models import (
    AuthenticateRequest,
    AuthenticateResponse,
    CancelRequest,
    ConfirmToolActionRequest,
    ConfirmToolActionResponse,
    ConversationMessage,
    ConversationSummary,
    GetConversationMessagesRequest,
    GetConversationMessagesResponse,
    GetSessionRequest,
    GetSessionResponse,
    ListConversationsRequest,
    ListConversationsResponse,
    PingRequest,
    PongEvent,
    RenameConversationRequest,
    RenameConversationResponse,
    SubmitInteractionRequest,
    VerifyOtpRequest,
)

Id: TypeAlias = UUID | str

_SUBMISSION = frozenset({"immediate_response", "interaction_invalid"})
_VERIFICATION = frozenset({"otp_verified", "otp_invalid"})


class Actions:
    """Every action that one frame asks and one reply answers.

    All methods raise ServerError when the server refuses, TimeoutError (kind `request`),
    Disconnected or ClosedError when no reply comes, InvalidRequest when nothing can be sent and
    DecodeError when the reply breaks the contract. `request_id` is made up unless given.
    """

    _link: Link

    async def get_session(self, session_id: Id) -> GetSessionResponse:
        """The session: its conversation, agent, participants, status."""
        frame = build(GetSessionRequest, "get_session", None, session_id=str(session_id))
        return result(GetSessionResponse, await self._link.request(frame, survives="always"))

    async def messages(
        self, session_id: Id, *, limit: int | None = None, cursor: str | None = None
    ) -> GetConversationMessagesResponse:
        """One page of stored messages, newest first; `cursor` is the previous page's
        `next_cursor`, `limit` 1 to 100."""
        frame = build(
            GetConversationMessagesRequest,
            "get_conversation_messages",
            None,
            session_id=str(session_id),
            limit=limit,
            cursor=cursor,
        )
        reply = await self._link.request(frame, survives="always")
        return result(GetConversationMessagesResponse, reply)

    async def all_messages(
        self, session_id: Id, *, page_size: int | None = None
    ) -> AsyncIterator[ConversationMessage]:
        """Every stored message, newest first, fetched page by page as the caller goes on."""
        cursor: str | None = None
        while True:
            page = await self.messages(session_id, limit=page_size, cursor=cursor)
            for message in page.messages:
                yield message
            if not page.has_more or page.next_cursor in (None, cursor):
                return
            cursor = page.next_cursor

    async def list_conversations(
        self, *, limit: int | None = None, cursor: str | None = None, query: str | None = None
    ) -> ListConversationsResponse:
        """One page of the caller's conversations, the most recent first; `limit` 1 to 200.
        `query` keeps those whose title or messages hold that text."""
        frame = build(
            ListConversationsRequest,
            "list_conversations",
            None,
            limit=limit,
            cursor=cursor,
            query=query,
        )
        return result(ListConversationsResponse, await self._link.request(frame, survives="always"))

    async def all_conversations(
        self, *, page_size: int | None = None, query: str | None = None
    ) -> AsyncIterator[ConversationSummary]:
        """Every conversation of the caller, fetched page by page as the caller goes on."""
        cursor: str | None = None
        while True:
            page = await self.list_conversations(limit=page_size, cursor=cursor, query=query)
            for conversation in page.conversations:
                yield conversation
            if not page.has_more or page.next_cursor in (None, cursor):
                return
            cursor = page.next_cursor

    async def rename_conversation(
        self, conversation_id: Id, title: str
    ) -> RenameConversationResponse:
        """Give a conversation a title; the result holds it as the server cleaned it."""
        frame = build(
            RenameConversationRequest,
            "rename_conversation",
            None,
            conversation_id=str(conversation_id),
            title=title,
        )
        reply = await self._link.request(frame, survives="always")
        return result(RenameConversationResponse, reply)

    async def ping(self) -> PongEvent:
        """Ask for a sign of life. Every reply to an earlier frame has come when this returns."""
        frame = build(PingRequest, "ping", None)
        reply = await self._link.request(frame, answers=frozenset({"pong"}), survives="always")
        assert isinstance(reply, PongEvent)
        return reply

    async def confirm(
        self,
        session_id: Id,
        *,
        approved: bool = True,
        request_id: str | None = None,
        park_seq: int | None = None,
    ) -> ConfirmToolActionResponse:
        """Allow (or, with `approved=False`, refuse) the tool call that the session waits for.

        `park_seq`, the prompt's `seq`, ties the answer to that very prompt; only then is the
        frame sent again after a reconnect.
        """
        frame = build(
            ConfirmToolActionRequest,
            "confirm_tool_action",
            request_id,
            session_id=str(session_id),
            approved=approved,
            park_seq=park_seq,
        )
        reply = await self._link.request(frame, survives="unsent" if park_seq is None else "always")
        return result(ConfirmToolActionResponse, reply)

    async def reject(
        self, session_id: Id, *, request_id: str | None = None, park_seq: int | None = None
    ) -> ConfirmToolActionResponse:
        """Refuse the tool call that the session waits for."""
        return await self.confirm(
            session_id, approved=False, request_id=request_id, park_seq=park_seq
        )

    async def submit(
        self,
        session_id: Id,
        interaction_id: Id,
        values: Mapping[str, Any],
        *,
        kind: str | None = None,
        request_id: str | None = None,
    ) -> Submission:
        """Send what the visitor put into a card."""
        frame = build(
            SubmitInteractionRequest,
            "submit_interaction",
            request_id,
            session_id=str(session_id),
            interaction_id=str(interaction_id),
            kind=kind,
            values=dict(values),
        )
        reply = await self._link.request(frame, answers=_SUBMISSION, survives="always")
        return submission(reply)

    async def decline(
        self,
        session_id: Id,
        interaction_id: Id,
        *,
        kind: str | None = None,
        request_id: str | None = None,
    ) -> Submission:
        """Say that the visitor does not want to fill the card in."""
        frame = build(
            SubmitInteractionRequest,
            "submit_interaction",
            request_id,
            session_id=str(session_id),
            interaction_id=str(interaction_id),
            kind=kind,
            declined=True,
        )
        reply = await self._link.request(frame, answers=_SUBMISSION, survives="always")
        return submission(reply)

    async def verify(
        self, session_id: Id, code: str, *, request_id: str | None = None
    ) -> Verification:
        """Send a one-time code. Never sent twice: each try counts."""
        frame = build(
            VerifyOtpRequest, "verify_otp", request_id, session_id=str(session_id), code=code
        )
        return verification(await self._link.request(frame, answers=_VERIFICATION))

    async def cancel(self, session_id: Id | None = None, request_id: str | None = None) -> None:
        """Stop a running turn: the one with `request_id`, else the session's, else this
        connection's. Nothing answers; the turn itself ends as cancelled."""
        given = {"requestId": request_id, "sessionId": session_id and str(session_id)}
        fields = {key: value for key, value in given.items() if value}
        self._link.post(CancelRequest.model_validate({"action": "cancel", **fields}).wire())

    async def authenticate(self, token: str) -> AuthenticateResponse:
        """Renew this connection's token; it must be of the same organisation and subject."""
        frame = build(AuthenticateRequest, "authenticate", None, token=token)
        return result(AuthenticateResponse, await self._link.request(frame, survives="always"))
