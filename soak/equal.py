"""Equal: one message from fifty sockets at once is one turn."""

from __future__ import annotations

import asyncio

from soak.process import server
from soak.script import Script
from soak.verdict import Verdict
from soak.wire import Frame, Link

SENDERS = 50


class Round:
    """One message, and what each of its senders got."""

    def __init__(self, number: int, session: str) -> None:
        self.script = Script(f"equal{number}", 3)
        self._session = session
        self.firsts = 0
        self.ids: set[str] = set()
        self.endings = 0
        self.wrong: list[str] = []

    def send(self, link: Link, sender: int) -> None:
        link.send(
            "send_message",
            requestId=f"{self.script.name}.{sender}",
            sessionId=self._session,
            message=self.script.text(),
            clientMessageId=self.script.name,
        )

    async def follow(self, link: Link, sender: int) -> None:
        """From the own 202 to the one terminal event."""
        accepted = await link.next()
        while accepted.get("status") != 202:
            accepted = await link.next()
        self._accepted(accepted, sender)
        ended = await link.next()
        while ended["type"] != "eventual_response":
            ended = await link.next()
        self.endings += 1
        self.ids.add(ended["requestId"])

    def _accepted(self, frame: Frame, sender: int) -> None:
        data = frame["data"]
        if frame["requestId"] != f"{self.script.name}.{sender}":
            self.wrong.append("a 202 under a foreign id")
        if data.get("duplicate"):
            self.ids.add(data["requestId"])
        else:
            self.firsts += 1
            self.ids.add(frame["requestId"])

    async def after(self, link: Link) -> None:
        """Nothing more comes."""
        link.send("ping", requestId="after")
        frame = await link.next()
        if frame["type"] != "pong":
            self.wrong.append(f"more than one ending: {frame['type']}")

    def judge(self) -> bool:
        return (self.firsts, len(self.ids), self.endings) == (1, 1, SENDERS) and not self.wrong


async def run(quick: bool) -> Verdict:
    """1,000 rounds of 50 equal sends; half of the sockets speak `event_seq`."""
    verdict = Verdict("equal")
    rounds = 30 if quick else 1_000
    bad = 0
    async with server() as child:
        links = [
            await Link.open(child.port, *(["event_seq"] if sender % 2 else []))
            for sender in range(SENDERS)
        ]
        for number in range(rounds):
            session = (await links[0].session())["sessionId"]
            one = Round(number, session)
            for sender, link in enumerate(links):
                one.send(link, sender)
            await asyncio.gather(*(one.follow(link, sender) for sender, link in enumerate(links)))
            await asyncio.gather(*(one.after(link) for link in links))
            bad += not one.judge()
        told = await child.stats()
        for link in links:
            link.cut()
    verdict.figure("rounds of sends", f"{rounds} of {SENDERS}")
    verdict.bound("rounds that were not exactly one turn for everybody", bad, 0)
    verdict.bound("turns that ran again", len(told["ran_again"]), 0)
    verdict.bound("turns more or less than rounds", abs(told["scripts"] - rounds), 0)
    return verdict
