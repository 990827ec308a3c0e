"""Stage: two real servers, open and scoped, and what happens between two quiet moments."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

from smooth_operator_server import Settings, serve_local
from smooth_operator_server.agents.model import Agent
from smooth_operator_server.agents.registry import Agents
from smooth_operator_server.local import LocalServer

from .acting import AGENT_ID, AGENT_NAME, Acting
from .delivery import Delivery, due
from .doubles import HeldModel, HeldTools, Holds, Patience, Post
from .frames import Frame
from .peers import Peer, Trace
from .state import LOG_EVENTS, Conn, Conversation
from .world import World

LONG = 3600.0
PLACE = re.compile(r"\w+ t\d+\.(\d+)")
AGENT = Agent(id=AGENT_ID, slug="desk", name=AGENT_NAME, confirm_tools=("rite",))


class House:
    """One server and its doubles, shared by many sequences."""

    def __init__(self, *, scoped: bool) -> None:
        self.scoped = scoped
        self.holds = Holds()
        self.model = HeldModel(self.holds)
        self.post = Post()
        self.server: LocalServer

    @asynccontextmanager
    async def open(self) -> AsyncIterator[House]:
        settings = Settings(
            port=0,
            auth_mode="trusted" if self.scoped else None,
            event_log_events=LOG_EVENTS,
            keepalive_seconds=LONG,
            ping_seconds=LONG,
            pong_seconds=LONG,
            park_seconds=LONG,
            turn_seconds=LONG,
            otp_seconds=LONG,
            event_log_seconds=LONG,
            frames_per_second=10_000,
            frame_burst=10_000,
        )
        parts: dict[str, Any] = {
            "model": self.model,
            "agents": Agents([AGENT], AGENT),
            "otp": self.post,
            "tools": [HeldTools(self.holds)],
        }
        async with serve_local(settings, **parts) as self.server:
            yield self

    def connections(self) -> int:
        return len(self.server.server.front.connections)


class Stage:
    """One sequence's world on one server."""

    def __init__(self, house: House, nonce: str) -> None:
        self.house = house
        house.post.sent.clear()
        house.post.broken = False
        self.trace = Trace()
        self.world = World(nonce, scoped=house.scoped, post=house.post)
        self.acting = Acting(self.world)
        self.acting.plan_of = lambda text: house.model.plans[text]
        self.delivery = Delivery(self.world)
        self._barriers: Iterator[int] = count(1)
        self._names: Iterator[int] = count(1)

    async def open(self, capabilities: list[str] | None, who: tuple[str, str] | None) -> Conn:
        """A new socket; None: it says no hello."""
        name = f"c{next(self._names)}"
        claims = None if who is None else {"org": who[0], "sub": who[1]}
        peer = await Peer.open(name, self.house.server.ws_url, claims, self.trace)
        declared = frozenset(capabilities or ())
        conn = Conn(name, peer, declared, *(who or (None, None)))
        if capabilities is not None:
            await peer.send(
                {"action": "hello", "protocolVersions": ["1"], "supports": capabilities}
            )
            welcome = await peer.receive()
            assert welcome["type"] == "welcome", welcome
        return conn

    async def write(self, conn: Conn, *given: Frame | str | bytes) -> None:
        """Frames in one go, then quiet."""
        for frame in given:
            if isinstance(frame, dict) and frame["action"] == "resume_stream":
                await self._learn_order(conn, frame.get("sessionId"))
        self.world.fresh = []
        for frame in given:
            self.acting.frame(conn, frame)
        await conn.peer.send(*given)
        await self.settle()

    async def cut(self, conn: Conn, how: str) -> None:
        """The socket is gone, and the server knows."""
        self.world.fresh = []
        self.world.gone(conn)
        await self.hang_up(conn, how)
        await self.settle()

    async def hang_up(self, conn: Conn, how: str) -> None:
        before = self.house.connections()
        await conn.peer.cut(how)
        async with asyncio.timeout(Patience.seconds):
            while self.house.connections() >= before:
                await asyncio.sleep(0)

    async def settle(self) -> None:
        """Wait until everything owed has come and the server waits where it should."""
        world = self.world
        await self.house.holds.become(world.nonce, world.holds())
        for conn in world.conns:
            while due(conn):
                self.delivery.accept(conn, await conn.peer.receive())
        for conn in world.conns:
            await self._barrier(conn)
        for conversation in self.delivery.forget_forestalled():
            await self._measure(conversation)
        for conversation in world.conversations:
            conversation.put_in_order()
        self._check_codes()
        self._check_requests()

    async def _barrier(self, conn: Conn) -> None:
        """Nothing else was on its way."""
        name = f"barrier{next(self._barriers)}"
        await conn.peer.send({"action": "ping", "requestId": name})
        while (frame := await conn.peer.receive()).get("requestId") != name:
            self.delivery.accept(conn, frame)

    async def _learn_order(self, conn: Conn, session_id: object) -> None:
        """Read the log where nobody did: some events may come in either order."""
        session = self.world.session_of(conn, session_id)
        if session is None:
            return
        conversation = session.conversation
        held = conversation.log[conversation.kept_from - 1 :]
        if all(event.seq is not None for event in held):
            return
        who = None if conn.org is None or conn.sub is None else (conn.org, conn.sub)
        reader = await self.open(["event_seq"], who)
        self.world.conns.append(reader)
        after = conversation.kept_from - 1
        frame = {"action": "resume_stream", "sessionId": session.id.value, "afterSeq": after}
        self.acting.frame(reader, frame)
        await reader.peer.send(frame)
        while due(reader):
            self.delivery.accept(reader, await reader.peer.receive())
        self.world.conns.remove(reader)
        await self.hang_up(reader, "close")
        conversation.put_in_order()

    async def _measure(self, conversation: Conversation) -> None:
        """Ask how long the log is, where nobody watched."""
        owner = conversation.owner
        who = (conversation.org, owner) if owner is not None else None
        conn = await self.open(["event_seq"], who)
        session_id = conversation.sessions[0].id.value
        await conn.peer.send({"action": "resume_stream", "sessionId": session_id})
        told = await conn.peer.receive()
        self.delivery.settle_forestalled(conversation, told["data"]["lastSeq"])
        await self.hang_up(conn, "close")

    def _check_codes(self) -> None:
        sent = [(session, destination) for session, destination, _ in self.house.post.sent]
        wanted = [(cell.value, destination) for cell, destination in self.world.sends]
        assert sent == wanted, f"codes went to {sent} instead of {wanted}"

    def _check_requests(self) -> None:
        """The model was asked once per answer, with the stored history before the question."""
        for turn in self.world.turns:
            requests = self.house.model.requests.get(turn.text, [])
            asked = 0 if not turn.holds and turn.over else turn.answer + 1
            assert not asked or len(requests) == asked, f"{turn.text}: {len(requests)} requests"
            if not requests or turn.checked == len(requests):
                continue
            turn.checked = len(requests)
            messages = requests[-1].messages
            said = [
                (message["role"], message["content"])
                for message in messages
                if message["role"] == "user"
                or (message["role"] == "assistant" and not message.get("tool_calls"))
            ]
            history = turn.conversation.messages[: turn.place + 1]
            roles = {"inbound": "user", "outbound": "assistant"}
            wanted = [(roles[message.direction], message.text) for message in history]
            assert said == wanted, f"the model read {said} instead of {wanted}"
            _check_pairs(messages)
            _check_places(messages)


def _check_pairs(messages: Any) -> None:
    """Never a call without its result."""
    for index, message in enumerate(messages):
        calls = message.get("tool_calls") or []
        after = messages[index + 1 : index + 1 + len(calls)]
        results = [one.get("tool_call_id") for one in after]
        assert results == [call["id"] for call in calls], f"calls without results: {messages}"


def _check_places(messages: Any) -> None:
    """A tool's result names its call's place: results reach the model in call order."""
    for index, message in enumerate(messages):
        for place in range(len(message.get("tool_calls") or [])):
            told = PLACE.fullmatch(messages[index + 1 + place]["content"])
            assert told is None or int(told[1]) == place, f"result of another call: {messages}"
