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
        return entry


def test_an_idle_log_empties_itself() -> None:
    loop, now = Loop(), [0.0]
    log = EventLog(Limits(seconds=300), clock=lambda: now[0])
    live = LiveConversation("c", log, object(), loop)  # type: ignore[arg-type]
    for _ in range(2):
        log.turn_ended(log.append("x", turn="t", request_id="r", body=b"{}", timestamp=1))
        live.rest()
        now[0] += 100.0
    for seen in (2, 3):
        seconds, expire = loop.later.pop()
        assert not loop.later
        now[0] = 301.0 if seen == 2 else now[0] + seconds
        expire()
        assert (log.first_seq, log.last_seq) == (seen, 2)
    assert now[0] == 401.0
    assert not loop.later


async def test_a_turn_that_ends_lets_its_log_rest(
    connect: Any, model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    emptied = asyncio.Event()
    monkeypatch.setattr(EventLog, "expire", lambda self: emptied.set())
    due = property(lambda self: None if emptied.is_set() else -1.0)
    monkeypatch.setattr(EventLog, "due", due)
    model.says("Hi.")
    async with serve_local(Settings(port=0), model=model) as server:
        peer = await connect(server)
        session = await peer.session()
        await peer.send("send_message", requestId="t", sessionId=session, message="hi")
        await peer.until("eventual_response")
        await asyncio.wait_for(emptied.wait(), 5)
