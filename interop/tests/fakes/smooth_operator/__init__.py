"""A stand-in for a published client: a few of its names, nothing of its code."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Generator
from typing import Any

Json = Any
KEYS = {"type", "requestId", "data", "timestamp", "token", "status", "message"}


def is_server_event(frame: Json) -> bool:
    """Whether it has a type that is known here."""
    return isinstance(frame, dict) and frame.get("type") in ("pong", "immediate_response")


def parse_event(frame: Json) -> Json:
    """Refuses keys that no event has."""
    if strange := set(frame) - KEYS:
        raise ValueError(f"extra {sorted(strange)}")
    return frame


class GetSessionResponse:
    """A reply that must have a session."""

    @classmethod
    def model_validate(cls, data: Json) -> Json:
        return data["sessionId"]


class ProtocolError(Exception):
    """An error with the protocol's code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class _Turn:
    request_id = "req-1"

    def __init__(self, fails: bool) -> None:
        self._fails = fails

    async def __aiter__(self) -> AsyncIterator[Json]:
        for token in ("a", "b"):
            await asyncio.sleep(0)
            yield {"type": "stream_token", "token": token}
        if self._fails:
            raise ProtocolError("AGENT_ERROR", "it gave up")

    def __await__(self) -> Generator[Any, None, Json]:
        yield from asyncio.sleep(0).__await__()
        return {"type": "eventual_response", "requestId": self.request_id}


class SmoothAgentClient:
    """Answers from nowhere; `connect` needs a URL that it likes."""

    def __init__(self, url: str, token: str | None = None) -> None:
        self._url = url
        self._listener: Callable[[Json], None] = print

    def on_event(self, listener: Callable[[Json], None]) -> None:
        self._listener = listener

    async def connect(self) -> None:
        if "dead" in self._url:
            raise ConnectionRefusedError("nobody listens there")

    async def ping(self) -> int:
        self._listener({"type": "pong"})
        return 7

    async def get_session(self, *, session_id: str) -> Json:
        raise ProtocolError("SESSION_NOT_FOUND", session_id)

    def send_message(self, *, session_id: str, message: str) -> _Turn:
        return _Turn(message == "fail")
