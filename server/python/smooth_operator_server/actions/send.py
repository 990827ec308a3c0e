"""Sending: from a `send_message` frame to a turn, in the order of checks of decisions 1.10."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import Any

from smooth_operator.protocol import prompts
from smooth_operator.protocol.base import WireModel
from smooth_operator.protocol.codes import ErrorCode
from smooth_operator.protocol.events import PUBLISHED_EVENTS
from smooth_operator.protocol.models import SendMessageRequest

from smooth_operator_server.actions.client import Client, Refusal
from smooth_operator_server.actions.frames import answering
from smooth_operator_server.actions.scope import need_session
from smooth_operator_server.agents.model import Agent
from smooth_operator_server.ids import new_id
from smooth_operator_server.storage.records import Conversation, Session
from smooth_operator_server.turns.live import KnownMessage, LiveConversation
from smooth_operator_server.turns.runner import TurnRunner
from smooth_operator_server.turns.services import Services
from smooth_operator_server.turns.turn import Turn, TurnRequest, TurnTimes
from smooth_operator_server.white_space import trim

PROBE_SECONDS = 2.0
_SEPARATORS = re.compile(r"[/\\]")


@dataclass(slots=True)
class _Sending:
    """A frame on its way to a turn."""

    client: Client
    frame: SendMessageRequest
    request_id: str
    session: Session
    conversation: Conversation
    live: LiveConversation
    agent: Agent
    body: tuple[Any, ...] | None
    """What a `clientMessageId` stands for; None without one."""


class Sending:
    """`send_message`."""

    def __init__(self, services: Services, runner: TurnRunner) -> None:
        self._services = services
        self._runner = runner
        settings = services.settings
        self._times = TurnTimes(
            turn=settings.turn_seconds,
            park=settings.park_seconds,
            keepalive=settings.keepalive_seconds,
        )

    async def send(self, client: Client, frame: SendMessageRequest) -> None:
        self._check_fields(frame)
        session, conversation = await need_session(self._services, client, frame.session_id)
        sending = _Sending(
            client=client,
            frame=frame,
            request_id=frame.request_id or new_id(),
            session=session,
            conversation=conversation,
            live=self._services.live.get(conversation.id),
            agent=self._services.agents.answering(session.answering_agent_id),
            body=_body(frame) if frame.client_message_id is not None else None,
        )
        # From here to the 202 nothing is awaited: look-up and reservation are one step.
        if self._is_duplicate(sending):
            return
        if self._services.draining:
            raise Refusal(ErrorCode.AGENT_ERROR, prompts.ERROR_DRAINING)
        rival = self._rival(sending)
        if rival is not None:
            self._wait_for(sending, rival)
            return
        self._accept(sending)

    def _check_fields(self, frame: SendMessageRequest) -> None:
        text = trim(frame.message)
        if not text and not frame.images and not _files(frame):
            raise Refusal(ErrorCode.VALIDATION_ERROR, prompts.error_field_required(field="message"))
        maximum = self._services.settings.max_message_chars
        if len(text) > maximum:
            raise Refusal(
                ErrorCode.VALIDATION_ERROR,
                prompts.error_field_too_long(field="message", maximum=str(maximum)),
            )

    def _is_duplicate(self, sending: _Sending) -> bool:
        """Answer a `clientMessageId` that was seen before (decisions 6.5)."""
        key = sending.frame.client_message_id
        known = sending.live.messages.get(key) if key is not None else None
        if known is None:
            return False
        if known.body != sending.body:
            raise Refusal(ErrorCode.IDEMPOTENCY_CONFLICT, prompts.ERROR_IDEMPOTENCY_CONFLICT)
        client, live = sending.client, sending.live
        data = {"requestId": known.request_id, "duplicate": True}
        client.ack(sending.request_id, "Processing your request...", data, status=202)
        if known.terminal is not None:
            client.outbox.send(known.terminal)
        elif live.turn is not None and live.turn.key == known.turn:
            self._follow(client, live.turn)
        return True

    def _follow(self, client: Client, turn: Turn) -> None:
        """Let a duplicate's sender learn how the turn ends, once."""
        if client.sequenced:
            client.subscribe(turn.live)
        elif turn.starter is not client:
            client.await_end(turn)

    def _rival(self, sending: _Sending) -> Turn | None:
        """The dead-looking turn that may have to go; raises when the slot is simply taken."""
        client, live = sending.client, sending.live
        busy = Refusal(ErrorCode.TURN_IN_PROGRESS, prompts.ERROR_TURN_IN_PROGRESS)
        if client.busy or live.place is not None:
            raise busy
        if live.turn is None:
            return None
        starter = live.turn.starter
        if not isinstance(starter, Client) or starter.turns_outlive_it or starter.closed:
            raise busy
        return live.turn

    def _wait_for(self, sending: _Sending, rival: Turn) -> None:
        """Ask the other socket whether it lives, without holding up this one's other frames."""
        sending.client.waiting = True
        sending.live.place = sending
        task = asyncio.create_task(self._probe(sending, rival))
        sending.client.tasks.add(task)
        task.add_done_callback(sending.client.tasks.discard)

    async def _probe(self, sending: _Sending, rival: Turn) -> None:
        client, live, starter = sending.client, sending.live, rival.starter
        assert isinstance(starter, Client)
        try:
            lives = await _first(starter.socket.responds(PROBE_SECONDS), rival.over())
            if not rival.ended and not lives:
                starter.socket.drop()
                # One whose reply is being stored can only end in its answer, and soon.
                await rival.over()
        finally:
            client.waiting = False
            live.place = None
        with answering(client, sending.frame.request_id):
            if self._is_duplicate(sending):
                return
            if self._services.draining:
                raise Refusal(ErrorCode.AGENT_ERROR, prompts.ERROR_DRAINING)
            if live.turn is not None:
                raise Refusal(ErrorCode.TURN_IN_PROGRESS, prompts.ERROR_TURN_IN_PROGRESS)
            self._accept(sending)

    def _accept(self, sending: _Sending) -> None:
        """The last refusals, then slot, 202 and the turn itself."""
        client, live = sending.client, sending.live
        request = self._request(sending)
        model = request.model or self._services.model_of(sending.agent)
        if not self._services.model.configured or model is None:
            raise Refusal(ErrorCode.LLM_UNAVAILABLE, prompts.ERROR_LLM_UNAVAILABLE)
        turn = Turn(
            live=live,
            request=request,
            session=sending.session,
            organization_id=sending.conversation.organization_id,
            agent=sending.agent,
            principal=client.principal,
            starter=client,
            times=self._times,
            ended=self._runner.ended,
        )
        live.turn = client.turn = turn
        if request.client_message_id is not None and sending.body is not None:
            turn.known = KnownMessage(sending.body, turn.key, turn.request_id)
            live.messages[request.client_message_id] = turn.known
        client.ack(turn.request_id, "Processing your request...", {}, status=202)
        if client.subscribe(live) is None:
            client.watch_turn(turn, PUBLISHED_EVENTS)
        self._runner.start(turn)

    def _request(self, sending: _Sending) -> TurnRequest:
        frame = sending.frame
        name, skill = self._skill(sending)
        return TurnRequest(
            request_id=sending.request_id,
            message=frame.message,
            images=[_plain(image) for image in frame.images or ()],
            files=_files(frame) or None,
            model=self._named_model(sending),
            skill_name=name,
            skill=skill,
            stream=frame.stream is not False,
            client_message_id=frame.client_message_id,
        )

    def _skill(self, sending: _Sending) -> tuple[str | None, str | None]:
        given: Any = sending.frame.skill
        if given is None or (isinstance(given, str) and not trim(given)):
            return None, None
        name = trim(given) if isinstance(given, str) else ""
        body = self._services.skills.resolve(name, agent_id=sending.agent.id) if name else None
        if body is None:
            raise Refusal(ErrorCode.SKILL_NOT_FOUND, prompts.ERROR_SKILL_NOT_FOUND)
        return name, body

    def _named_model(self, sending: _Sending) -> str | None:
        """What the frame may name: one of the agent's models; with auth off any."""
        name = trim(sending.frame.model or "")
        if not name:
            return None
        if self._services.auth.scoped and name not in sending.agent.models:
            return None
        return name


async def _first(answer: Any, over: Any) -> bool:
    """True as soon as the peer answers or the turn is over; False when neither happens."""
    tasks = [asyncio.ensure_future(answer), asyncio.ensure_future(over)]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return tasks[1].done() or bool(tasks[0].result())
    finally:
        for task in tasks:
            task.cancel()


def _plain(entry: WireModel) -> dict[str, Any]:
    """An attachment as it came; null is absent."""
    return {key: value for key, value in entry.wire().items() if value is not None}


def _files(frame: SendMessageRequest) -> list[dict[str, Any]]:
    """The files, each name cut to its last path segment (decisions §9); one without a name goes."""
    if not frame.files:
        return []
    files = [_plain(file) for file in frame.files]
    for file in files:
        file["name"] = _SEPARATORS.split(file["name"])[-1]
    return [file for file in files if file["name"] not in ("", ".", "..")]


def _body(frame: SendMessageRequest) -> tuple[Any, ...]:
    """What makes two frames the same message: as read, defaults filled in."""
    return (
        frame.message,
        [_plain(image) for image in frame.images or ()],
        _files(frame),
        trim(frame.model or ""),
        (trim(frame.skill) or None) if isinstance(frame.skill, str) else frame.skill,
        frame.stream is not False,
    )
