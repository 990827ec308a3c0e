"""The published client as this side moves it: one subprocess of `driver.py`, in its environment."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from interop.environments import Published

Json = Any
DRIVER = Path(__file__).with_name("driver.py")
PATIENCE = 20.0
"""Seconds until a client that says nothing is given up."""


class Refused(Exception):
    """The client raised: `kind` is its exception's class, `code` the protocol's code if any."""

    def __init__(self, told: dict[str, Json]) -> None:
        super().__init__(f"{told['kind']} {told.get('code') or ''}: {told['message']}")
        self.kind, self.code = str(told["kind"]), told.get("code")


class Silent(Exception):
    """The client said nothing in time, or ended."""


@dataclass(slots=True)
class Turn:
    """A turn as the client's caller sees it."""

    request: str
    _lines: asyncio.Queue[Json]
    events: list[Json] = field(default_factory=list)

    async def until(self, kind: str) -> Json:
        """The next event of that type; those before it stay in `events`."""
        while True:
            line = await _patiently(self._lines.get(), f"no {kind}")
            if "event" not in line:
                raise Silent(f"the turn ended without {kind}: {json.dumps(line)[:500]}")
            self.events.append(line["event"])
            if line["event"]["type"] == kind:
                return line["event"]

    async def end(self) -> Json:
        """What awaiting the turn gives: the terminal event. Raises Refused."""
        while True:
            line = await _patiently(self._lines.get(), "no end of the turn")
            if "event" in line:
                self.events.append(line["event"])
            elif "failed" in line:
                raise Refused(line["failed"])
            else:
                return line["end"]

    @property
    def types(self) -> list[str]:
        """The types of its events so far, tokens told once for a run of them."""
        kinds = [event["type"] for event in self.events]
        pairs = zip(kinds, ["", *kinds], strict=False)
        return [kind for kind, before in pairs if kind != "stream_token" or kind != before]

    @property
    def tokens(self) -> str:
        """The text of its tokens so far."""
        return "".join(e["token"] for e in self.events if e["type"] == "stream_token")


class Puppet:
    """One client process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._answers: dict[int, asyncio.Future[Json]] = {}
        self._turns: dict[int, asyncio.Queue[Json]] = {}
        self._heard: asyncio.Queue[Json] = asyncio.Queue()
        self._count = 0
        self._ended = False

    async def call(self, method: str, **given: Json) -> Json:
        """What a method of the client returns, as JSON. Raises Refused."""
        line = await self._order(method, given)
        if "failed" in line:
            raise Refused(line["failed"])
        return line["result"]

    async def send(self, session: str, message: str, **more: Json) -> Turn:
        """Start a turn."""
        lines: asyncio.Queue[Json] = asyncio.Queue()
        self._turns[self._count + 1] = lines
        line = await self._order(
            "send_message", {"session_id": session, "message": message, **more}
        )
        if "failed" in line:
            raise Refused(line["failed"])
        return Turn(line["request"], lines)

    async def hear(self, kind: str) -> Json:
        """The next event of that type at the client's general listener."""
        while True:
            event = await _patiently(self._heard.get(), f"{kind} was not heard")
            if event["type"] == kind:
                return event

    async def _order(self, method: str, given: dict[str, Json]) -> Json:
        if self._ended:
            raise Silent("the client ended")
        self._count += 1
        answer = self._answers[self._count] = asyncio.get_running_loop().create_future()
        order = {"id": self._count, "do": method, "with": given}
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        return await _patiently(answer, f"no answer to {method}")

    async def read(self) -> None:
        """Sort what it says, to its end."""
        assert self._process.stdout is not None
        async for raw in self._process.stdout:
            line = json.loads(raw)
            if "heard" in line:
                self._heard.put_nowait(line["heard"])
            elif "turn" in line:
                self._turns[line["turn"]].put_nowait(line)
            else:
                self._answers.pop(line["id"]).set_result(line)
        self._ended = True
        for answer in self._answers.values():
            answer.set_exception(Silent("the client ended"))
        for turn in self._turns.values():
            turn.put_nowait({"failed": {"kind": "Silent", "message": "the client ended"}})


async def _patiently(what: Any, otherwise: str) -> Json:
    try:
        return await asyncio.wait_for(what, PATIENCE)
    except TimeoutError:
        raise Silent(f"{otherwise} within {PATIENCE:g} s") from None


@asynccontextmanager
async def puppet(published: Published) -> AsyncIterator[Puppet]:
    """A client process; it is gone afterwards."""
    process = await asyncio.create_subprocess_exec(
        str(published.python),
        str(DRIVER),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=1 << 24,
    )
    made = Puppet(process)
    reading = asyncio.create_task(made.read())
    try:
        yield made
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), 5)
        except TimeoutError:
            process.kill()
            await process.wait()
        reading.cancel()
