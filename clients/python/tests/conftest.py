"""A network without sockets: the test plays the server, frame by frame."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from smooth_operator import Client, Reconnect, TransportClosed, connect

Frame = dict[str, Any]

OURS = ["event_seq", "idempotency", "token_renewal", "otp_park", "otp", "interactions"]

SESSION = "0b0e4c52-94a7-4b5e-8f0b-6f0e7f6f3a01"
CONVERSATION = "5a3c1f9e-6d57-4a1c-8e7a-0c2b7e1d9b02"
MESSAGE = "c0ffee00-1234-4abc-8def-0123456789ab"


class Wire:
    """One in-memory socket. The client holds it as its Transport, the test as the server's end."""

    def __init__(self) -> None:
        self._to_client: asyncio.Queue[str | TransportClosed] = asyncio.Queue()
        self._to_server: asyncio.Queue[str] = asyncio.Queue()
        self._gone: TransportClosed | None = None
        self.closed_with: int | None = None

    async def send(self, text: str) -> None:
        if self._gone is not None:
            raise self._gone
        self._to_server.put_nowait(text)

    async def recv(self) -> str | bytes:
        if self._gone is not None:
            raise self._gone
        data = await self._to_client.get()
        if isinstance(data, TransportClosed):
            self._gone = data
            raise data
        return data

    async def close(self, code: int = 1000, reason: str = "") -> None:
        self.closed_with = self.closed_with or code
        self._gone = self._gone or TransportClosed(code, reason)

    # the server's end

    async def heard(self, action: str | None = None) -> Frame:
        """The next frame of the client, which must be that action."""
        frame: Frame = json.loads(await self._to_server.get())
        assert action is None or frame["action"] == action, frame
        return frame

    @property
    def silent(self) -> bool:
        """Whether no unread frame of the client is here."""
        return self._to_server.empty()

    def say(self, frame: Frame | str) -> None:
        self._to_client.put_nowait(frame if isinstance(frame, str) else json.dumps(frame))

    def hang_up(self, code: int | None = None, reason: str = "") -> None:
        self._to_client.put_nowait(TransportClosed(code, reason))

    async def welcome(self, capabilities: list[str] | None, **auth: Any) -> Frame:
        """Answer hello: with a welcome, or (None) as servers do that know no hello."""
        hello = await self.heard("hello")
        if capabilities is None:
            self.say(error(hello["requestId"], "UNSUPPORTED_ACTION"))
        else:
            self.say(welcome(hello["requestId"], capabilities, **auth))
        return hello


class Network:
    """Where the client dials; `refusals` are raised first, one per attempt."""

    def __init__(self) -> None:
        self.refusals: list[Exception] = []
        self.dialled = 0
        self._wires: asyncio.Queue[Wire] = asyncio.Queue()

    async def dial(self) -> Wire:
        self.dialled += 1
        if self.refusals:
            raise self.refusals.pop(0)
        wire = Wire()
        self._wires.put_nowait(wire)
        return wire

    async def accept(self) -> Wire:
        return await self._wires.get()


class Stage:
    """Opens clients on a network and closes them after the test."""

    def __init__(self) -> None:
        self.network = Network()
        self.clients: list[Client] = []

    async def open(
        self,
        capabilities: list[str] | None = None,
        *,
        expires_at: int | None = None,
        **options: Any,
    ) -> tuple[Client, Wire]:
        """A client and the server's end of its socket, after the handshake."""
        auth = {} if expires_at is None else {"expiresAt": expires_at}
        options.setdefault("reconnect", Reconnect(initial=0))
        opening = asyncio.ensure_future(
            connect("ws://nowhere", dial=self.network.dial, **options)._open()
        )
        wire = await self.network.accept()
        if options.get("hello", True):
            await wire.welcome(capabilities, **auth)
        client = await opening
        self.clients.append(client)
        return client, wire


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    here = Stage()
    yield here
    for client in here.clients:
        await client.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    assert not [task for task in others if not task.done() and "test" not in task.get_name()]


@pytest.fixture
def event() -> Callable[..., Frame]:
    """Builds the published events of a turn by name."""
    return make_event


def make_event(name: str, request_id: str | None, /, *args: Any, **fields: Any) -> Frame:
    return _MAKERS[name](request_id, *args, **fields)


def error(request_id: str | None, code: str) -> Frame:
    descriptor = {"code": code, "message": "so"}
    frame: Frame = {"type": "error", "error": descriptor, "data": {"error": descriptor}}
    return frame if request_id is None else {**frame, "requestId": request_id}


def ack(request_id: str, status: int = 200, **data: Any) -> Frame:
    return {"type": "immediate_response", "requestId": request_id, "status": status, "data": data}


def accepted(request_id: str, **data: Any) -> Frame:
    return ack(request_id, 202, **data)


def token(request_id: str, text: str = "x") -> Frame:
    return {
        "type": "stream_token",
        "requestId": request_id,
        "token": text,
        "data": {"requestId": request_id, "token": text},
    }


def chunk(request_id: str, **raw: Any) -> Frame:
    node = next(iter(raw.values()))["name"]
    state = {"rawResponse": raw}
    data = {"requestId": request_id, "node": node, "state": state}
    return {"type": "stream_chunk", "requestId": request_id, "node": node, "data": data}


def tool_call(request_id: str, name: str = "wipe") -> Frame:
    return chunk(request_id, toolCall={"name": name, "arguments": {}})


def tool_result(request_id: str, name: str = "wipe") -> Frame:
    return chunk(request_id, toolResult={"name": name, "isError": False, "result": "W"})


def answer(request_id: str, text: str = "x", **extra: Any) -> Frame:
    response = {"responseParts": [text]}
    payload = {"messageId": MESSAGE, "response": response, "needsEscalation": False, **extra}
    data = {"requestId": request_id, "status": 200, "data": payload}
    return {"type": "eventual_response", "requestId": request_id, "status": 200, "data": data}


def cancelled(request_id: str) -> Frame:
    data = {"requestId": request_id, "status": 499}
    return {"type": "cancelled", "requestId": request_id, "status": 499, "data": data}


def _nested(kind: str, request_id: str, payload: Frame) -> Frame:
    return {
        "type": kind,
        "requestId": request_id,
        "data": {"requestId": request_id, "data": payload},
    }


def confirmation(request_id: str, tool: str = "wipe") -> Frame:
    payload = {"toolId": tool, "actionDescription": "Really?"}
    return _nested("write_confirmation_required", request_id, payload)


def card(request_id: str, kind: str = "choices", interaction_id: str = "i-1") -> Frame:
    payload = {"interactionId": interaction_id, "kind": kind, "spec": {}, "reason": "why"}
    return _nested("interaction_required", request_id, payload)


def card_invalid(request_id: str) -> Frame:
    problem = {"field": "email", "message": "must be a valid email address"}
    payload = {"interactionId": "i-1", "kind": "choices", "errors": [problem], "message": "Mend."}
    return _nested("interaction_invalid", request_id, payload)


def otp_required(request_id: str) -> Frame:
    payload = {
        "toolId": "show",
        "actionDescription": "Who?",
        "availableChannels": ["email"],
        "authLevel": "end_user",
    }
    return _nested("otp_verification_required", request_id, payload)


def otp_verified(request_id: str) -> Frame:
    return _nested("otp_verified", request_id, {"message": "Good."})


def otp_invalid(request_id: str) -> Frame:
    payload = {"error": "INVALID_CODE", "attemptsRemaining": 2, "message": "No."}
    return _nested("otp_invalid", request_id, payload)


def keepalive(request_id: str) -> Frame:
    return {"type": "keepalive", "requestId": request_id, "data": {"requestId": request_id}}


def turn_started(request_id: str, epoch: str = "e1") -> Frame:
    data = {
        "requestId": request_id,
        "sessionId": SESSION,
        "conversationId": CONVERSATION,
        "epoch": epoch,
        "messageId": MESSAGE,
    }
    return {"type": "turn_started", "requestId": request_id, "data": data}


def park_resolved(request_id: str, park_seq: int, outcome: str) -> Frame:
    data = {"requestId": request_id, "parkSeq": park_seq, "outcome": outcome}
    return {"type": "park_resolved", "requestId": request_id, "data": data}


def logged(request_id: str, event: Frame, seq: int, **extra: Any) -> Frame:
    """The event as an event_seq connection gets it."""
    return {**event, "requestId": request_id, "seq": seq, "conversationId": CONVERSATION, **extra}


def resumed(request_id: str, last_seq: int, **data: Any) -> Frame:
    known = {"epoch": "e1", "firstSeq": 1, "lastSeq": last_seq, "truncated": False}
    return ack(request_id, **{**known, **data})


def session_created(request_id: str, **data: Any) -> Frame:
    known = {
        "sessionId": SESSION,
        "conversationId": CONVERSATION,
        "agentId": "7c1d2e3f-1111-4222-8333-944445555603",
        "agentName": "Ada",
        "userParticipantId": "9e8d7c6b-aaaa-4bbb-8ccc-1dddddeeee04",
        "agentParticipantId": "2f1e0d9c-ffff-4eee-8ddd-7cccbbbbaa05",
    }
    return ack(request_id, **{**known, **data})


def welcome(request_id: str, capabilities: list[str], **auth: Any) -> Frame:
    limits = {
        "maxFrameBytes": 8388608,
        "maxMessageChars": 100000,
        "framesPerSecond": 200,
        "frameBurst": 400,
        "connectionsPerPrincipal": 1000,
        "outboundBytes": 1048576,
        "slowReaderSeconds": 10,
        "parkSeconds": 300,
        "otpSeconds": 300,
        "otpAttempts": 3,
        "turnSeconds": 600,
        "keepaliveSeconds": 20,
        "eventLogEvents": 2000,
        "eventLogSeconds": 300,
        "eventLogBytes": 4194304,
        "maxIterations": 20,
    }
    data = {
        "protocolVersion": "1",
        "server": {"name": "test", "version": "0", "language": "python"},
        "capabilities": capabilities,
        "limits": limits,
        "auth": {"anonymous": True, **auth},
    }
    return {"type": "welcome", "requestId": request_id, "data": data}


_MAKERS: dict[str, Callable[..., Frame]] = {
    maker.__name__: maker
    for maker in (
        error,
        ack,
        accepted,
        token,
        tool_call,
        tool_result,
        answer,
        cancelled,
        confirmation,
        card,
        card_invalid,
        otp_required,
        otp_verified,
        otp_invalid,
        keepalive,
        turn_started,
        park_resolved,
        logged,
        resumed,
        session_created,
        welcome,
    )
}
