"""Live conversations: what a turn leaves behind goes by itself."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from smooth_operator_server import Settings, serve_local
from smooth_operator_server.events.log import EventLog, Limits
from smooth_operator_server.turns.live import LiveConversation


class Loop:
    """Keeps what should happen later."""

    def __init__(self) -> None:
        self.later: list[tuple[float, Any]] = []

    def call_later(self, seconds: float, call: Any) -> Any:
        entry = (seconds, call)
        self.later.append(entry)
        return Timer(self, entry)


class Timer:
    def __init__(self, loop: Loop, entry: tuple[float, Any]) -> None:
        self._loop = loop
        self._entry = entry

    def cancel(self) -> None:
        self._loop.later.remove(self._entry)


def test_an_idle_log_empties_itself() -> None:
    loop, now = Loop(), [0.0]
    log = EventLog(Limits(seconds=300), clock=lambda: now[0])
    live = LiveConversation("c", log, object(), loop)  # type: ignore[arg-type]
    for _ in range(2):
        log.turn_ended(log.append("x", turn="t", request_id="r", body=b"{}", timestamp=1))
        live.rest()
    ((seconds, expire),) = loop.later
    now[0] = seconds
    expire()
    assert (log.first_seq, log.last_seq) == (3, 2)


async def test_a_turn_that_ends_lets_its_log_rest(
    connect: Any, model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    emptied = asyncio.Event()
    monkeypatch.setattr(EventLog, "expire", lambda self: emptied.set())
    monkeypatch.setattr(EventLog, "keeps", -1.0)
    model.says("Hi.")
    async with serve_local(Settings(port=0), model=model) as server:
        peer = await connect(server)
        session = await peer.session()
        await peer.send("send_message", requestId="t", sessionId=session, message="hi")
        await peer.until("eventual_response")
        await asyncio.wait_for(emptied.wait(), 5)
