"""The client: opens a connection, creates sessions, starts turns, closes."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ._actions import Actions, Id
from ._backoff import Reconnect
from ._credentials import Token, TokenTransport
from ._dial import SocketDialer, fetch_token
from ._errors import InvalidRequest
from ._frames import Frame
from ._handshake import Greeting
from ._link import Link, LinkOptions
from ._listeners import Listener, Listeners
from ._renewal import keep_renewed
from ._requests import build, result
from ._resume import resume_frame
from ._router import Notice
from ._session import Session
from ._transport import Dialer
from ._turn import Turn, TurnOptions
from ._websocket import SocketOptions
from ._wire_actions import WireActions
from .protocol.codes import InteractionKind
from .protocol.limits import PARK_SECONDS
from .protocol.models import (
    CreateConversationSessionRequest,
    CreateConversationSessionResponse,
    ResumeStreamResponse,
    SendMessageRequest,
    WelcomeData,
)

KINDS = tuple(kind for name, kind in vars(InteractionKind).items() if name.isupper())
"""The kinds of interaction that the contract describes."""

_PARK_GRACE = 10.0
"""A server resolves a prompt by itself when its time is up; the news of that needs a moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What `connect` was given; the meaning of each, and the defaults, are told there."""

    token: Token | None
    token_transport: TokenTransport
    headers: Mapping[str, str]
    origin: str | None
    hello: bool
    kinds: Collection[str]
    connect_timeout: float
    close_timeout: float
    request_timeout: float
    turn_idle_timeout: float | None
    park_timeout: float | None
    ping_interval: float | None
    ping_timeout: float | None
    max_inbound_bytes: int
    max_outbound_bytes: int
    max_message_chars: int
    reconnect: Reconnect | None
    dial: Dialer | None


class Client(Actions):
    """A connection to one server; made by `connect`.

    Usable as `async with`, or without and then `close()`. Methods may be called from any task of
    the event loop that it was made in.
    """

    def __init__(self, url: str, options: Options) -> None:
        self._options = options
        self._listeners = Listeners()
        self._renews = callable(options.token)
        self._hello: WelcomeData | None = None
        self._link = Link(
            options.dial or _socket_dialer(url, options),
            _link_options(options, renews=self._renews),
            hello_token=self._token_for_hello,
            notify=self._listeners.notify,
            on_greeting=self._greeted,
        )
        self._link.closed.add_done_callback(lambda _: self._listeners.close())

    # ------------------------------------------------------------------ lifetime

    async def open(self) -> Client:
        """Connect. Raises ConnectError, ServerError, ClosedError or TimeoutError; then nothing is
        left open."""
        await self._link.open()
        return self

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connection; turns and requests under way end in ClosedError."""
        await self._link.close()

    @property
    def closed(self) -> bool:
        """Whether the connection is over for good."""
        return self._link.closed.done()

    @property
    def hello(self) -> WelcomeData | None:
        """What the server said about itself; None on servers that know no hello."""
        return self._hello

    def supports(self, capability: str) -> bool:
        """Whether the server announced that capability."""
        return self._hello is not None and capability in self._hello.capabilities

    # ------------------------------------------------------------------ what nobody asked for

    def on_event(self, callback: Listener) -> Callable[[], None]:
        """Call `callback` with everything that no turn and no request of this client claims:
        pushed events, other connections' turns, unknown events, frames that could not be read.
        The result takes the callback off again."""
        return self._listeners.add(callback)

    def events(self) -> AsyncIterator[Notice]:
        """The same as an iterator, from now on until the client closes."""
        return self._listeners.iterate()

    # ------------------------------------------------------------------ sessions and turns

    async def create_session(
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
        """Open a session with an agent (a UUID or a slug).

        `conversation_id` goes on with a conversation; one that cannot be read gives a fresh one.
        `supports` names the cards this app can show (`identity_form`, `choice_chips`); None keeps
        what the conversation had. `auth_context` is the embedding site's signed word.
        """
        frame = build(
            CreateConversationSessionRequest,
            "create_conversation_session",
            None,
            agent_id=str(agent_id),
            conversation_id=conversation_id and str(conversation_id),
            user_name=user_name,
            user_email=user_email,
            supports=None if supports is None else list(supports),
            metadata=None if metadata is None else dict(metadata),
            browser_fingerprint=browser_fingerprint,
            auth_context=auth_context,
        )
        info = result(CreateConversationSessionResponse, await self._link.request(frame))
        self._link.router.cursors.opened(
            info.session_id, info.conversation_id, fresh=conversation_id is None
        )
        return Session(self, info.session_id, info)

    def session(self, session_id: Id) -> Session:
        """A handle on a session that exists; nothing is sent."""
        return Session(self, str(session_id))

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
        """Say something; returns at once with the turn's handle.

        `images`: `{url, detail?}`, `files`: `{name, url, mimeType?}`, with data: or https: URLs.
        The server runs a `client_message_id` once in a conversation; one is made up unless given.
        Raises InvalidRequest or ClosedError when nothing can be sent.
        """
        longest = self._options.max_message_chars
        if len(message) > longest:
            raise InvalidRequest(
                f"the message has {len(message)} characters, {longest} are allowed"
            )
        frame = build(
            SendMessageRequest,
            "send_message",
            request_id,
            session_id=str(session_id),
            message=message,
            stream=stream,
            model=model,
            skill=skill,
            images=images and [dict(image) for image in images],
            files=files and [dict(file) for file in files],
            client_message_id=client_message_id or self._new_message_id(),
        )
        return self._start(frame)

    @property
    def actions(self) -> WireActions:
        """The contract's actions one by one, with every field that each of them has."""
        return WireActions(self._link, self._start)

    async def resume(
        self, session_id: Id, *, after_seq: int | None = None, epoch: str | None = None
    ) -> ResumeStreamResponse:
        """Watch a session's conversation: events after `after_seq` again, then live ones; without
        it live ones only. They go to listeners, and to the turns of this client they belong to.
        When `truncated`, reload with `messages`. Needs a server with `event_seq`."""
        info = await self.get_session(session_id)
        cursor = self._link.router.cursors.bind(info.conversation_id, info.session_id)
        frame = resume_frame(info.session_id, after_seq, epoch)
        return await self._link.resume(cursor, frame, after_seq)

    # ------------------------------------------------------------------ inside

    def _start(self, frame: Frame) -> Turn:
        return Turn(frame, self._link, self, self._turn_options())

    def _new_message_id(self) -> str | None:
        return str(uuid.uuid4()) if self.supports("idempotency") else None

    def _turn_options(self) -> TurnOptions:
        park = self._options.park_timeout
        if park is None:
            announced = self._hello.limits.park_seconds if self._hello else PARK_SECONDS
            park = announced + _PARK_GRACE
        return TurnOptions(self._options.turn_idle_timeout, park, self._options.kinds)

    async def _token_for_hello(self) -> str | None:
        if self._options.token_transport != "hello":
            return None
        return await fetch_token(self._options.token)

    def _greeted(self, greeting: Greeting) -> None:
        self._hello = greeting.welcome
        expires_at = greeting.welcome.auth.expires_at if greeting.welcome else None
        if self._renews and expires_at is not None and "token_renewal" in greeting.capabilities:
            self._link.spawn(keep_renewed(expires_at, self._renew), name="renewal")

    async def _renew(self) -> int | None:
        token = await fetch_token(self._options.token)
        if token is None:
            raise InvalidRequest("the token callback gave nothing")
        return (await self.authenticate(token)).expires_at


def _link_options(options: Options, *, renews: bool) -> LinkOptions:
    capabilities = ("event_seq", "otp_park", *(("token_renewal",) if renews else ()))
    return LinkOptions(
        supports=capabilities,
        request_timeout=options.request_timeout,
        connect_timeout=options.connect_timeout,
        max_outbound=options.max_outbound_bytes,
        reconnect=options.reconnect,
        fresh_token=renews,
        say_hello=options.hello,
    )


def _socket_dialer(url: str, options: Options) -> SocketDialer:
    return SocketDialer(
        url,
        token=options.token,
        token_transport=options.token_transport,
        headers=options.headers,
        origin=options.origin,
        options=SocketOptions(
            open_timeout=options.connect_timeout,
            close_timeout=options.close_timeout,
            max_inbound=options.max_inbound_bytes,
            ping_interval=options.ping_interval,
            ping_timeout=options.ping_timeout,
        ),
    )
