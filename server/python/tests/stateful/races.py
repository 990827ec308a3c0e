"""Races: two things at once on two sockets. Who won is read from the answers; both must fit."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from . import turning
from .choosing import Choosing, Numbers
from .frames import Frame
from .stage import Stage
from .state import Conn, Event, Turn

ENDINGS = frozenset({"eventual_response", "cancelled"})


class Races:
    """The loser of a race must be told so, and the winner must not notice."""

    def __init__(self, stage: Stage, choosing: Choosing) -> None:
        self._stage = stage
        self._world = stage.world
        self._choosing = choosing

    async def run(self, n: Numbers) -> None:
        kinds = (self._answers, self._sends, self._going)
        await kinds[n[0] % 3](n)

    async def _answers(self, n: Numbers) -> None:
        """Two answers to one question."""
        pair = self._pair(n)
        if pair is None:
            return
        build = (self._choosing.confirm, self._choosing.submit)[n[1] % 2]
        kind = ("confirmation", "interaction")[n[1] % 2]
        parked = self._choosing.parked(kind)
        if not parked:
            return
        readers = [self._world.may_read(conn, parked[0][0].conversation) for conn in pair]
        if not all(readers):
            return
        one = {**build((0, 0, 1, 0)), "requestId": "race1"}
        two = {**build((0, 0, 0, 4 if n[2] % 2 else 0)), "requestId": "race2"}
        await self._both(pair, (one, two), lambda told: told["type"] != "immediate_response")

    async def _sends(self, n: Numbers) -> None:
        """Two messages to one conversation, or one message twice."""
        pair = self._pair(n)
        if pair is None:
            return
        one = self._choosing.send((n[2], n[3], 0, 1), pair[0])
        session = self._world.session_of(pair[0], one["sessionId"])
        if session is None or not self._world.may_read(pair[1], session.conversation):
            return
        if session.conversation.turn or pair[0].turn or pair[1].turn:
            return
        two = dict(one)
        if n[1] % 2:
            two = self._choosing.send((n[2], n[3], 0, 0), pair[1])
        one, two = {**one, "requestId": "race1"}, {**two, "requestId": "race2"}
        await self._both(pair, (one, two), _lost_a_send)

    async def _going(self, n: Numbers) -> None:
        """A turn goes on while its starter cancels it."""
        running = [turn for turn in self._world.turns if turn.starter.turn is turn and turn.holds]
        running = [turn for turn in running if turn.stream and turn.starter in self._world.conns]
        if not running:
            return
        turn = running[n[2] % len(running)]
        hold = sorted(turn.holds)[0]
        conn, frame = turn.starter, {"action": "cancel", "requestId": turn.rid.value}
        self._world.fresh = []
        await conn.peer.send(frame)
        for _ in range(n[3] % 6):
            await asyncio.sleep(0)
        released = self._stage.house.holds.release((turn.text, hold))
        if released:
            self._stage.trace.note(f"{turn.text} goes on at {hold} meanwhile")
        seen: list[Frame] = []
        while not (seen and seen[-1]["type"] in ENDINGS | {"error"} and _of(turn, seen[-1])):
            seen.append(await conn.peer.receive())
        conn.peer.put_back(seen)
        told = [frame for frame in seen if _of(turn, frame)]
        if released and (len(told) > 1 or told[-1]["type"] != "cancelled"):
            turning.release(self._world, turn, hold)
        self._stage.acting.frame(conn, frame)
        await self._stage.settle()

    def _pair(self, n: Numbers) -> tuple[Conn, Conn] | None:
        conns = self._world.conns
        if len(conns) < 2:
            return None
        first = n[2] % len(conns)
        return conns[first], conns[(first + 1 + n[3] % (len(conns) - 1)) % len(conns)]

    async def _both(
        self, pair: tuple[Conn, Conn], given: tuple[Frame, Frame], lost: Callable[[Frame], bool]
    ) -> None:
        self._world.fresh = []
        await asyncio.gather(
            *(conn.peer.send(frame) for conn, frame in zip(pair, given, strict=True))
        )
        told = [
            await _answer(conn, frame["requestId"]) for conn, frame in zip(pair, given, strict=True)
        ]
        order = (1, 0) if lost(told[0]) else (0, 1)
        for place in order:
            self._stage.acting.frame(pair[place], given[place])
        for event in self._world.fresh[:1]:
            self._may_have_seen(pair[order[1]], event)
        await self._stage.settle()

    def _may_have_seen(self, loser: Conn, event: Event) -> None:
        """A duplicate that came before the turn began follows it from its first event."""
        conversation = event.turn.conversation
        subscription = loser.subscriptions.get(conversation)
        place = conversation.log.index(event) + 1
        if subscription is not None and subscription.next > place:
            subscription.earliest = place


def _of(turn: Turn, frame: Frame) -> bool:
    return bool(frame.get("requestId") == turn.rid.value)


def _lost_a_send(told: Frame) -> bool:
    duplicate = told.get("data", {}).get("duplicate", False)
    return told["type"] == "error" or bool(duplicate)


async def _answer(conn: Conn, request_id: str) -> Frame:
    """The reply with that id; everything read on the way is put back."""
    seen: list[Frame] = []
    while not (seen and seen[-1].get("requestId") == request_id):
        seen.append(await conn.peer.receive())
    conn.peer.put_back(seen)
    return seen[-1]
