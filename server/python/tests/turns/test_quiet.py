"""Logs of quiet conversations: packed for others, and emptied though nobody ever asks again."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from smooth_operator_server import Settings, serve_local
from smooth_operator_server.events.event import LoggedEvent
from smooth_operator_server.events.log import EventLog, Limits
from smooth_operator_server.turns import quiet
from smooth_operator_server.turns.quiet import Quiet


class Loop:
    """Keeps what should happen later, and says what time it is."""

    def __init__(self) -> None:
        self.now = 0.0
        self.later: list[tuple[float, Any]] = []

    def call_later(self, seconds: float, call: Any) -> Any:
        entry = (self.now + seconds, call)
        self.later.append(entry)
        return entry


@pytest.fixture
def loop(monkeypatch: pytest.MonkeyPatch) -> Loop:
    loop = Loop()
    monkeypatch.setattr(asyncio, "get_running_loop", lambda: loop)
    return loop


def end_turn(log: EventLog) -> LoggedEvent:
    event = log.append("x", turn="t", request_id="r", body=b"{}", timestamp=1)
    log.turn_ended(event)
    return event


def test_one_timer_empties_every_log(loop: Loop) -> None:
    resting = Quiet()
    logs = [EventLog(Limits(seconds=300), clock=lambda: loop.now) for _ in range(3)]
    for number, log in enumerate(logs):
        end_turn(log)
        resting.after_turn(str(number), log)
        loop.now += 100.0
    end_turn(logs[0])
    resting.after_turn("0", logs[0])
    held = []
    while loop.later:
        loop.now, empty = loop.later.pop()
        assert not loop.later
        empty()
        held.append((loop.now, [log.first_seq <= log.last_seq for log in logs]))
    assert held == [
        (301.0, [True, True, True]),
        (401.0, [True, False, True]),
        (501.0, [True, False, False]),
        (601.0, [False, False, False]),
    ]


def test_the_log_that_was_quiet_for_longest_is_packed(
    loop: Loop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quiet, "AWAKE", 2)
    packed: list[EventLog] = []
    monkeypatch.setattr(EventLog, "rest", lambda log: packed.append(log))
    resting, logs = Quiet(), [EventLog() for _ in range(3)]
    for number in (0, 1, 0, 2):
        resting.after_turn(str(number), logs[number])
    assert packed == [logs[1]]


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
