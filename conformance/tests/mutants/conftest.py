"""A small recorded turn, watched by two sockets, with a model and a tool beside it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from smooth_operator_conformance.mutants.surface import Surface, read_surface
from smooth_operator_conformance.mutants.tape import Tape
from smooth_operator_conformance.records import TraceEntry

SPEC = Path(__file__).parents[3] / "spec"
CONVERSATION = "8a41d7ce-02b3-4f95-b6e8-1c9f70a3d522"
SESSION = "3f0c9a52-7d1b-4e60-9a4c-51d2b8e07f10"

MakeTape = Callable[..., Tape]


@pytest.fixture(scope="session")
def surface() -> Surface:
    """The surface of the contract in this repository."""
    return read_surface(SPEC)


def sent(inbox: str, **frame: Any) -> TraceEntry:
    """A frame of the runner."""
    return TraceEntry(0.0, inbox, "out", "frame", frame)


def seen(inbox: str, kind: str, seq: int | None = None, **frame: Any) -> TraceEntry:
    """A frame of the server, numbered when `seq` is given."""
    value: dict[str, Any] = {"type": kind, **frame, "timestamp": 1}
    if seq is not None:
        value |= {"seq": seq, "conversationId": CONVERSATION}
    return TraceEntry(0.0, inbox, "in", "frame", value)


def token(inbox: str, text: str, seq: int, **more: Any) -> TraceEntry:
    """A `stream_token` of turn t1."""
    data = {"requestId": "t1", "token": text}
    return seen(inbox, "stream_token", seq, requestId="t1", token=text, data=data, **more)


def asked(**body: Any) -> TraceEntry:
    """A request that the model got."""
    return TraceEntry(0.0, "model:main", "in", "http", body)


def ended(inbox: str, seq: int) -> TraceEntry:
    """The answer of turn t1."""
    reply = {
        "messageId": "b50e7c14-83d9-4f2a-8c6b-92a1f4d0e766",
        "response": {"responseParts": ["one two"]},
        "usage": {"promptTokens": 10, "completionTokens": 5},
    }
    data = {"requestId": "t1", "status": 200, "data": reply}
    return seen(inbox, "eventual_response", seq, requestId="t1", status=200, data=data)


def turn() -> list[TraceEntry]:
    """Create, one turn of two tokens on `a`, a resume on `b` that replays all of it."""
    created = {"sessionId": SESSION, "conversationId": CONVERSATION, "agentName": "Shop"}
    started = {"requestId": "t1", "conversationId": CONVERSATION, "epoch": "e1"}
    where = {"epoch": "e1", "firstSeq": 1, "lastSeq": 4, "truncated": False}
    history = [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": "When?"},
        {"role": "assistant", "content": "Tuesday."},
        {"role": "user", "content": "Again?"},
    ]
    return [
        sent("a", action="create_conversation_session", requestId="c"),
        seen("a", "immediate_response", requestId="c", status=200, data=created),
        sent("a", action="send_message", requestId="t1", sessionId=SESSION),
        seen("a", "immediate_response", requestId="t1", status=202, data={}),
        seen("a", "turn_started", 1, requestId="t1", data=started),
        asked(model="m", messages=history, stream=True, tools=[]),
        token("a", "one ", 2),
        token("a", "two", 3),
        ended("a", 4),
        sent("b", action="resume_stream", requestId="r", sessionId=SESSION, afterSeq=1),
        seen("b", "immediate_response", requestId="r", status=200, data=where),
        token("b", "one ", 2, replay=True),
        token("b", "two", 3, replay=True),
    ]


@pytest.fixture
def entries() -> list[TraceEntry]:
    """The recorded turn."""
    return turn()


@pytest.fixture
def tape(surface: Surface) -> Tape:
    """The recorded turn as a tape."""
    return Tape(tuple(turn()), surface)


@pytest.fixture
def make(surface: Surface) -> MakeTape:
    """Tapes of other entries."""
    return lambda *entries: Tape(tuple(entries), surface)


@pytest.fixture
def frames() -> dict[str, Callable[..., TraceEntry]]:
    """The builders above, for tests that write their own entries."""
    return {"sent": sent, "seen": seen, "token": token, "asked": asked, "ended": ended}
