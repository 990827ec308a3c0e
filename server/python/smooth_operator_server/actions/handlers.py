"""Handlers: the generated interface, implemented whole; each action lives in its own room."""

from __future__ import annotations

from collections.abc import Callable

from smooth_operator.protocol.models import (
    AuthenticateRequest,
    CancelRequest,
    ConfirmToolActionRequest,
    CreateConversationSessionRequest,
    GetConversationMessagesRequest,
    GetSessionRequest,
    HelloRequest,
    ListConversationsRequest,
    PingRequest,
    RenameConversationRequest,
    ResumeStreamRequest,
    SendMessageRequest,
    SubmitInteractionRequest,
    VerifyOtpRequest,
)

from smooth_operator_server.actions.answers import Answers
from smooth_operator_server.actions.client import Client
from smooth_operator_server.actions.greeting import Greeting
from smooth_operator_server.actions.lists import Lists
from smooth_operator_server.actions.send import Sending
from smooth_operator_server.actions.sessions import Sessions
from smooth_operator_server.actions.stream import Stream
from smooth_operator_server.turns.runner import TurnRunner
from smooth_operator_server.turns.services import Services


class Handlers:
    """`ActionHandlers[Client]`."""

    def __init__(self, services: Services, fold: Callable[[str], str]) -> None:
        runner = TurnRunner(services)
        self._sessions = Sessions(services)
        self._sending = Sending(services, runner)
        self._answers = Answers(services, runner)
        self._lists = Lists(services, fold)
        self._stream = Stream(services)
        self._greeting = Greeting(services)

    async def create_conversation_session(
        self, context: Client, request: CreateConversationSessionRequest
    ) -> None:
        await self._sessions.create(context, request)

    async def send_message(self, context: Client, request: SendMessageRequest) -> None:
        await self._sending.send(context, request)

    async def get_session(self, context: Client, request: GetSessionRequest) -> None:
        await self._sessions.get(context, request)

    async def get_conversation_messages(
        self, context: Client, request: GetConversationMessagesRequest
    ) -> None:
        await self._lists.messages(context, request)

    async def list_conversations(self, context: Client, request: ListConversationsRequest) -> None:
        await self._lists.conversations(context, request)

    async def rename_conversation(
        self, context: Client, request: RenameConversationRequest
    ) -> None:
        await self._lists.rename(context, request)

    async def confirm_tool_action(self, context: Client, request: ConfirmToolActionRequest) -> None:
        await self._answers.confirm(context, request)

    async def submit_interaction(self, context: Client, request: SubmitInteractionRequest) -> None:
        await self._answers.submit(context, request)

    async def verify_otp(self, context: Client, request: VerifyOtpRequest) -> None:
        await self._answers.verify(context, request)

    async def cancel(self, context: Client, request: CancelRequest) -> None:
        await self._stream.cancel(context, request)

    async def ping(self, context: Client, request: PingRequest) -> None:
        await self._greeting.ping(context, request)

    async def hello(self, context: Client, request: HelloRequest) -> None:
        await self._greeting.hello(context, request)

    async def resume_stream(self, context: Client, request: ResumeStreamRequest) -> None:
        await self._stream.resume(context, request)

    async def authenticate(self, context: Client, request: AuthenticateRequest) -> None:
        await self._greeting.authenticate(context, request)
