"""The blocking twin of the client: the same names, without `await`.

Each client runs an event loop on a thread of its own. Its methods may be called from any thread,
except from inside an `on_event` callback, which runs on that thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, ParamSpec, TypeVar

from . import _client, _session, _turn
from ._actions import Id
from ._answer import Answer
from ._connect import connect as _connect
from ._fold import Prompt, TurnEvent
from ._listeners import Listener
from ._outcomes import Submission, Verification
from ._portal import Portal
from ._router import Notice
from .protocol.models import (
    AuthenticateResponse,
    ConfirmToolActionResponse,
    ConversationMessage,
    ConversationSummary,
    CreateConversationSessionResponse,
    GetConversationMessagesResponse,
    GetSessionResponse,
    ListConversationsResponse,
    PongEvent,
    RenameConversationResponse,
    ResumeStreamResponse,
    WelcomeData,
)

__all__ = ["Client", "Session", "Turn", "connect"]

P = ParamSpec("P")
R = TypeVar("R")


def _parameters_of(_: Callable[P, object]) -> Callable[[Callable[..., R]], Callable[P, R]]:
    """Types the decorated function with the parameters of another."""
    return lambda function: function


class Turn:
    """A message under way: iterate its events, call `answer()`; see `smooth_operator.Turn`."""

    def __init__(self, portal: Portal, inner: _turn.Turn) -> None:
        self._portal = portal
        self._inner = inner

    def __repr__(self) -> str:
        return repr(self._inner)

    @property
    def request_id(self) -> str:
        return self._inner.request_id

    @property
    def session_id(self) -> str:
        return self._inner.session_id

    @property
    def client_message_id(self) -> str | None:
        return self._inner.client_message_id

    @property
    def text(self) -> str:
        return self._inner.text

    @property
    def prompt(self) -> Prompt | None:
        return self._inner.prompt

    @property
    def done(self) -> bool:
        return self._inner.done

    def __iter__(self) -> Iterator[TurnEvent]:
        return self

    def __next__(self) -> TurnEvent:
        try:
            return self._portal.call(self._inner.__anext__())
        except StopAsyncIteration:
            raise StopIteration from None

    def answer(self) -> Answer:
        return self._portal.call(self._inner.answer())

    def __enter__(self) -> Turn:
        return self

    def __exit__(self, *exc: object) -> None:
        self._portal.call(self._inner.__aexit__(*exc))

    def confirm(self, approved: bool = True) -> None:
        self._portal.call(self._inner.confirm(approved))

    def reject(self) -> None:
        self._portal.call(self._inner.reject())

    def submit(self, values: Mapping[str, Any]) -> Submission:
        return self._portal.call(self._inner.submit(values))

    def decline(self) -> None:
        self._portal.call(self._inner.decline())

    def verify(self, code: str) -> Verification:
        return self._portal.call(self._inner.verify(code))

    def cancel(self) -> None:
        self._portal.call(self._inner.cancel())


class Session:
    """A session by its id; see `smooth_operator.Session`."""

    def __init__(self, client: Client, inner: _session.Session) -> None:
        self._client = client
        self.id = inner.id
        self.info: CreateConversationSessionResponse | None = inner.info
        self.conversation_id = inner.conversation_id

    def __repr__(self) -> str:
        return f"<Session {self.id}>"

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

    def get(self) -> GetSessionResponse:
        return self._client.get_session(self.id)

    def messages(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> GetConversationMessagesResponse:
        return self._client.messages(self.id, limit=limit, cursor=cursor)

    def all_messages(self, *, page_size: int | None = None) -> Iterator[ConversationMessage]:
        return self._client.all_messages(self.id, page_size=page_size)

    def cancel(self) -> None:
        self._client.cancel(session_id=self.id)


class Client:
    """A connection to one server; made by `connect`; see `smooth_operator.Client`."""

    def __init__(self, portal: Portal, inner: _client.Client) -> None:
        self._portal = portal
        self._inner = inner

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        if not self._portal.closed:
            self._portal.call(self._inner.close())
            self._portal.close()

    @property
    def closed(self) -> bool:
        return self._inner.closed

    @property
    def hello(self) -> WelcomeData | None:
        return self._inner.hello

    def supports(self, capability: str) -> bool:
        return self._inner.supports(capability)

    def on_event(self, callback: Listener) -> Callable[[], None]:
        """`callback` runs on the client's own thread and must not call the client."""
        return self._portal.run(lambda: self._inner.on_event(callback))

    def events(self) -> Iterator[Notice]:
        return self._portal.iterate(self._portal.run(self._inner.events))

    def create_session(
        self,
        agent_id: Id,
        *,
        conversation_id: Id | None = None,
        user_name: str | None = None,
        user_email: str | None = None,
        supports: Sequence[str] | None = None,
        metadata: Mapping[str, Any] | None = None,
        browser_fingerprint: str | None = None,
        auth_context: Mapping[str, Any] | None = None,
    ) -> Session:
        inner = self._portal.call(
            self._inner.create_session(
                agent_id,
                conversation_id=conversation_id,
                user_name=user_name,
                user_email=user_email,
                supports=supports,
                metadata=metadata,
                browser_fingerprint=browser_fingerprint,
                auth_context=auth_context,
            )
        )
        return Session(self, inner)

    def session(self, session_id: Id) -> Session:
        return Session(self, self._inner.session(session_id))

    def send(
        self,
        session_id: Id,
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
        inner = self._portal.run(
            lambda: self._inner.send(
                session_id,
                message,
                stream=stream,
                model=model,
                skill=skill,
                images=images,
                files=files,
                client_message_id=client_message_id,
                request_id=request_id,
            )
        )
        return Turn(self._portal, inner)

    def resume(
        self, session_id: Id, *, after_seq: int | None = None, epoch: str | None = None
    ) -> ResumeStreamResponse:
        return self._portal.call(self._inner.resume(session_id, after_seq=after_seq, epoch=epoch))

    def get_session(self, session_id: Id) -> GetSessionResponse:
        return self._portal.call(self._inner.get_session(session_id))

    def messages(
        self, session_id: Id, *, limit: int | None = None, cursor: str | None = None
    ) -> GetConversationMessagesResponse:
        return self._portal.call(self._inner.messages(session_id, limit=limit, cursor=cursor))

    def all_messages(
        self, session_id: Id, *, page_size: int | None = None
    ) -> Iterator[ConversationMessage]:
        return self._portal.iterate(self._inner.all_messages(session_id, page_size=page_size))

    def list_conversations(
        self, *, limit: int | None = None, cursor: str | None = None, query: str | None = None
    ) -> ListConversationsResponse:
        return self._portal.call(
            self._inner.list_conversations(limit=limit, cursor=cursor, query=query)
        )

    def all_conversations(
        self, *, page_size: int | None = None, query: str | None = None
    ) -> Iterator[ConversationSummary]:
        return self._portal.iterate(self._inner.all_conversations(page_size=page_size, query=query))

    def rename_conversation(self, conversation_id: Id, title: str) -> RenameConversationResponse:
        return self._portal.call(self._inner.rename_conversation(conversation_id, title))

    def ping(self) -> PongEvent:
        return self._portal.call(self._inner.ping())

    def confirm(
        self,
        session_id: Id,
        *,
        approved: bool = True,
        request_id: str | None = None,
        park_seq: int | None = None,
    ) -> ConfirmToolActionResponse:
        return self._portal.call(
            self._inner.confirm(
                session_id, approved=approved, request_id=request_id, park_seq=park_seq
            )
        )

    def reject(
        self, session_id: Id, *, request_id: str | None = None, park_seq: int | None = None
    ) -> ConfirmToolActionResponse:
        return self._portal.call(
            self._inner.reject(session_id, request_id=request_id, park_seq=park_seq)
        )

    def submit(
        self,
        session_id: Id,
        interaction_id: Id,
        values: Mapping[str, Any],
        *,
        kind: str | None = None,
        request_id: str | None = None,
    ) -> Submission:
        return self._portal.call(
            self._inner.submit(session_id, interaction_id, values, kind=kind, request_id=request_id)
        )

    def decline(
        self,
        session_id: Id,
        interaction_id: Id,
        *,
        kind: str | None = None,
        request_id: str | None = None,
    ) -> Submission:
        return self._portal.call(
            self._inner.decline(session_id, interaction_id, kind=kind, request_id=request_id)
        )

    def verify(self, session_id: Id, code: str, *, request_id: str | None = None) -> Verification:
        return self._portal.call(self._inner.verify(session_id, code, request_id=request_id))

    def cancel(self, session_id: Id | None = None, request_id: str | None = None) -> None:
        self._portal.call(self._inner.cancel(session_id, request_id))

    def authenticate(self, token: str) -> AuthenticateResponse:
        return self._portal.call(self._inner.authenticate(token))


async def _open(*args: Any, **options: Any) -> _client.Client:
    return await _connect(*args, **options)


@_parameters_of(_connect)
def connect(*args: Any, **options: Any) -> Client:
    """Connect, with the arguments of `smooth_operator.connect`; use it in `with`, or `close()`."""
    portal = Portal()
    try:
        return Client(portal, portal.call(_open(*args, **options)))
    except BaseException:
        portal.close()
        raise
