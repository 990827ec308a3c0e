"""Cuts: connections that break anywhere in a turn; every event arrives once and in order."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from random import Random
from typing import Any

from soak.process import server
from soak.script import Script
from soak.verdict import Verdict
from soak.wire import Closed, Frame, Link

AT_ONCE = 12
LONGEST = 500
ENDINGS = frozenset({"eventual_response", "cancelled", "error"})


@dataclass
class Tally:
    """What went wrong, over all schedules, and how much there was."""

    events: int = 0
    cuts: int = 0
    parks: int = 0
    replays: int = 0
    lost: int = 0
    doubled: int = 0
    reordered: int = 0


class Schedule:
    """One turn, and after how many events on each connection that is cut."""

    def __init__(self, number: int, tally: Tally) -> None:
        random = Random(f"cuts {number}")
        longest = random.choice((8, 40, 150, LONGEST))
        tokens = random.randint(1, longest - 6)
        park = random.randint(0, tokens) if random.random() < 0.3 else None
        self.script = Script(f"cut{number}", tokens, park=park)
        total = self.script.events()
        self._after = [random.randint(0, total) for _ in range(random.randint(1, 4))]
        self._tally = tally
        self._random = random
        self._seen = 0
        self._types: list[str] = []
        self._text: list[str] = []
        self._accepted = False
        self._over = False
        self._park_seq: int | None = None
        self._asked = False
        self._session = ""
        self._epoch: str | None = None

    async def run(self, port: int) -> None:
        """Play it to the end and judge what arrived."""
        link = await Link.open(port, "event_seq")
        self._session = (await link.session())["sessionId"]
        for left in [*self._after, None]:
            try:
                if left != 0 or self._random.random() < 0.5:
                    await self._follow(link, left)
            except Closed as closed:
                raise AssertionError(f"{self.script.name}: closed {closed.code}") from None
            link.cut()
            if self._over:
                break
            self._tally.cuts += 1
            link = await Link.open(port, "event_seq")
        self._judge()

    async def _follow(self, link: Link, left: int | None) -> None:
        """Send or resume, then read until the turn is over or so many events came."""
        if self._epoch is not None or self._accepted:
            link.send(
                "resume_stream", requestId="resume", sessionId=self._session, afterSeq=self._seen
            )
        if not self._accepted:
            self._send(link)
        if self._park_seq is not None:
            self._confirm(link)
        while not self._over and left != 0:
            if self._take(await link.next()) and left is not None:
                left -= 1
            if self._asked:
                self._asked = False
                if left is not None and self._random.random() < 0.5:
                    return
                self._confirm(link)

    def _send(self, link: Link) -> None:
        """Again under the same id until a 202 was seen: a turn runs once."""
        link.send(
            "send_message",
            requestId="turn",
            sessionId=self._session,
            message=self.script.text(),
            clientMessageId=self.script.name,
        )
        self._epoch = self._epoch or "unknown"

    def _confirm(self, link: Link) -> None:
        link.send(
            "confirm_tool_action",
            requestId="yes",
            sessionId=self._session,
            approved=True,
            parkSeq=self._park_seq,
        )

    def _take(self, frame: Frame) -> bool:
        """Whether it was an event of the log."""
        if "seq" not in frame:
            self._answer(frame)
            return False
        seq: int = frame["seq"]
        tally = self._tally
        tally.events += 1
        tally.replays += frame.get("replay", False)
        first = frame.get("seqFrom", seq)
        tally.doubled += first <= self._seen
        tally.lost += first > self._seen + 1
        self._seen = max(self._seen, seq)
        self._types.append(frame["type"])
        self._note(frame)
        return True

    def _note(self, frame: Frame) -> None:
        type = frame["type"]
        if type == "stream_token":
            self._text.append(frame["token"])
        elif type == "write_confirmation_required":
            self._park_seq = frame["seq"]
            self._tally.parks += 1
            self._asked = True
        elif type == "park_resolved":
            self._park_seq = None
        elif type in ENDINGS:
            self._over = True

    def _answer(self, frame: Frame) -> None:
        if frame.get("status") == 202:
            self._accepted = True
        elif frame.get("requestId") == "resume":
            data: dict[str, Any] = frame["data"]
            assert not data["truncated"], frame

    def _judge(self) -> None:
        script = self.script
        whole = "".join(self._text)
        ordered = self._types[:1] == ["turn_started"] and self._types[-1:] == ["eventual_response"]
        if whole != script.whole() or not ordered:
            self._tally.reordered += 1
        self._tally.lost += max(0, script.events() - self._seen)


async def run(quick: bool) -> Verdict:
    """10,000 schedules; none may lose, double or reorder an event."""
    verdict, tally = Verdict("cuts"), Tally()
    schedules = 300 if quick else 10_000
    numbers = iter(range(schedules))
    async with server() as child:

        async def work() -> None:
            for number in numbers:
                await Schedule(number, tally).run(child.port)

        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(work())
        again = (await child.stats())["ran_again"]
    verdict.figure("schedules", schedules)
    verdict.figure("cuts, parks", f"{tally.cuts}, {tally.parks}")
    verdict.figure("events, of them replayed", f"{tally.events}, {tally.replays}")
    verdict.bound("lost", tally.lost, 0)
    verdict.bound("doubled", tally.doubled, 0)
    verdict.bound("reordered", tally.reordered, 0)
    verdict.bound("turns that ran again", len(again), 0)
    return verdict
