"""One session with an agent: says things, reads what was said."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .protocol.models import (
    ConversationMessage,
    CreateConversationSessionResponse,
    GetConversationMessagesResponse,
    GetSessionResponse,
)

if TYPE_CHECKING:
    from ._client import Client
    from ._turn import Turn


class Session:
    """A session by its id. `info` is what the server said when this client created it."""

    def __init__(
        self, client: Client, session_id: str, info: CreateConversationSessionResponse | None = None
    ) -> None:
        self._client = client
        self.id = session_id
        self.info = info

    def __repr__(self) -> str:
        return f"<Session {self.id}>"

    @property
    def conversation_id(self) -> str | None:
        """The conversation, None for a session that was only attached to; then `get` tells."""
        return self.info.conversation_id if self.info else None

    def send(
        self,
        message: str,
        *,
        stream: bool | None = None,
        model: str | None = None,
        skill: str | None = None,
        images: Sequence[Mapping[str, Any]] | None = None,
        files: Sequence[Mapping[str, Any]] | None = None,
        client_message_id: str | None = None,
        request_id: str | None = None,
    ) -> Turn:
        """Say something; returns at once with the turn's handle. See `Client.send`."""
        return self._client.send(
            self.id,
            message,
            stream=stream,
            model=model,
            skill=skill,
            images=images,
            files=files,
            client_message_id=client_message_id,
            request_id=request_id,
        )

    async def get(self) -> GetSessionResponse:
        """The session as the server has it."""
        return await self._client.get_session(self.id)

    async def messages(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> GetConversationMessagesResponse:
        """One page of the conversation, newest first; see `Client.messages`."""
        return await self._client.messages(self.id, limit=limit, cursor=cursor)

    def all_messages(self, *, page_size: int | None = None) -> AsyncIterator[ConversationMessage]:
        """Every stored message, newest first."""
        return self._client.all_messages(self.id, page_size=page_size)

    async def cancel(self) -> None:
        """Stop the conversation's running turn, whoever started it."""
        await self._client.cancel(session_id=self.id)
