"""Play: one sequence of random moves, from its first socket to its last."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from . import turning
from .choosing import BAD_FRAMES, Choosing, Numbers
from .doubles import Patience
from .frames import Frame
from .plans import Plan
from .races import Races
from .rolling import Move
from .stage import House, Stage
from .state import Conn, Turn
from .world import World

HELLOS: tuple[list[str] | None, ...] = (
    ["event_seq", "otp_park"],
    None,
    ["event_seq"],
    ["otp_park"],
    [],
    ["event_seq", "token_renewal", "dance"],
)
CUTS = ("reset", "close", "fin")
MOST_CONNS = 4


class Play:
    """Carries out moves; a move that has nothing to act on does nothing."""

    def __init__(self, house: House, nonce: str, theme: tuple[Plan, ...]) -> None:
        self.stage = Stage(house, nonce)
        self.world = self.stage.world
        self.choosing = Choosing(self.world, self.stage.acting, house.model.plans, theme)
        self.moves: list[Move] = []
        self._races = Races(self.stage, self.choosing)

    async def run(self, moves: Callable[[World], Move | None]) -> None:
        """Move until there is none. Raises `AssertionError` with the whole trace for a finding."""
        try:
            await self._open((0, 0, 0, 0))
            await self._create((0, 0, 0, 0))
            while (move := moves(self.world)) is not None:
                self.moves.append(move)
                self.stage.trace.note(f"-- {move}")
                await self._move(*move)
            self.stage.trace.note("-- finale")
            await self._finale()
        except Exception as problem:
            Patience.lose()
            problem.add_note("\n".join(self.stage.trace.lines))
            raise
        finally:
            for conn in self.world.conns:
                await self.stage.hang_up(conn, "reset")

    async def _move(self, verb: str, n: Numbers) -> None:
        world = self.world
        if verb == "open" or not world.conns:
            await self._open(n)
        elif verb == "create":
            await self._create(n)
        elif verb == "go":
            await self._go(n)
        elif verb == "cut":
            await self.stage.cut(self.choosing.conn(n[0]), CUTS[n[1] % 3])
        elif verb == "post":
            world.post.broken = n[0] > 8
        elif verb == "race":
            await self._races.run(n)
        elif verb == "several":
            await self._several(n)
        else:
            conn = self.choosing.conn(n[0])
            await self.stage.write(conn, self._frame(verb, n, conn))

    def _frame(self, verb: str, n: Numbers, conn: Conn) -> Frame | str | bytes:
        choosing, m = self.choosing, (n[1], n[2], n[3], (n[0] + n[2]) % 12)
        if verb == "send":
            return choosing.send(m, conn)
        if verb == "cancel":
            return choosing.cancel(m, conn)
        if verb == "bad":
            return BAD_FRAMES[(n[1] + n[2]) % len(BAD_FRAMES)]
        build: Any = getattr(choosing, verb)
        frame: Frame = build(m)
        return frame

    async def _open(self, n: Numbers) -> None:
        world = self.world
        if len(world.conns) >= MOST_CONNS:
            await self.stage.cut(self.choosing.conn(n[3]), "reset")
        org = world.nonce
        people = ((org, "alice"), (org, "alice"), (org, "bob"), (f"{org}-2", "alice"), None, None)
        who = people[n[1] % len(people)] if world.scoped else None
        world.conns.append(await self.stage.open(HELLOS[n[0] % len(HELLOS)], who))

    async def _create(self, n: Numbers) -> None:
        await self.stage.write(self.choosing.conn(n[3]), self.choosing.create(n))

    async def _go(self, n: Numbers) -> None:
        """Let one turn go on by one hold."""
        waiting = self.waiting()
        if not waiting:
            return
        turn, hold = waiting[n[0] % len(waiting)]
        self.world.fresh = []
        self.stage.trace.note(f"{turn.text} goes on at {hold}")
        assert self.stage.house.holds.release((turn.text, hold))
        turning.release(self.world, turn, hold)
        await self.stage.settle()

    def waiting(self) -> list[tuple[Turn, str]]:
        return [(turn, hold) for turn in self.world.turns for hold in sorted(turn.holds)]

    async def _several(self, n: Numbers) -> None:
        """Frames in one write: answers in frame order, and nothing in between gets lost."""
        conn, choosing = self.choosing.conn(n[0]), self.choosing
        ping: Frame = {"action": "ping", "requestId": choosing.request_id(0)}
        m = (n[2], n[3], n[0], n[1] % 3)
        pairs = (
            ("send", "cancel"),
            ("cancel", "send"),
            ("send", "send"),
            ("confirm", "cancel"),
            ("submit", "cancel"),
            ("verify", "cancel"),
            ("bad", "read"),
            ("read", "rename"),
        )
        pair = pairs[n[1] % len(pairs)]
        first = self._frame(pair[0], (n[0], *m[:3]), conn)
        second = self._second(pair, n, conn, first)
        if any(self._waits(conn, frame) for frame in (first, second)):
            return
        await self.stage.write(conn, ping, first, second, {**ping, "requestId": "after"})

    def _waits(self, conn: Conn, frame: Frame | str | bytes) -> bool:
        """Whether a message waits until another socket's life is known: no order is promised."""
        if not isinstance(frame, dict) or frame["action"] != "send_message":
            return False
        session = self.world.session_of(conn, frame["sessionId"])
        turn = session.conversation.turn if session is not None else None
        return turn is not None and turn.starter is not conn and not turn.starter.sequenced

    def _second(
        self, pair: tuple[str, str], n: Numbers, conn: Conn, first: Frame | str | bytes
    ) -> Frame | str | bytes:
        if pair[1] == "cancel" and isinstance(first, dict):
            named = {"requestId": first["requestId"]} if pair[0] == "send" else {}
            return {"action": "cancel", "sessionId": first.get("sessionId"), **named}
        if pair == ("send", "send") and isinstance(first, dict) and n[3] % 2:
            return {**first, "requestId": self.choosing.request_id(0)}
        return self._frame(pair[1], (n[0], n[2], n[3], n[1]), conn)

    async def _finale(self) -> None:
        """End what runs; then the whole log and every message, as each reader sees them."""
        world, org = self.world, self.world.nonce
        readers = [(org, "alice"), (org, "bob"), (f"{org}-2", "alice"), None]
        for who in readers if world.scoped else [None]:
            if len(world.conns) >= MOST_CONNS:
                await self.stage.cut(world.conns[0], "reset")
            conn = await self.stage.open(["event_seq"], who)
            world.conns.append(conn)
            for session in world.sessions:
                if world.may_read(conn, session.conversation):
                    await self._read_all(conn, session.id.value)
        await asyncio.sleep(0)

    async def _read_all(self, conn: Conn, session_id: str) -> None:
        named = {"sessionId": session_id}
        await self.stage.write(conn, {"action": "cancel", **named})
        await self.stage.write(
            conn,
            {"action": "resume_stream", "afterSeq": 0, **named},
            {"action": "get_conversation_messages", "limit": 100, **named},
        )
