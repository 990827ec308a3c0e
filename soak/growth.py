"""Growth: a hundred thousand turns in one process leave nothing behind but what is configured."""

from __future__ import annotations

import asyncio

from soak.process import Child, server
from soak.script import Script
from soak.verdict import Verdict
from soak.wire import Link

CONVERSATIONS = 64
KEPT_EVENTS = 200
KEPT_SECONDS = 2.0
MIB = 1_048_576
WARM = 5_000
"""Turns after which memory counts: logs, buffers and pools have their size by then."""
MOST_GROWTH = 4.0
"""MiB: what an allocator may waver by; 100,000 turns of 5 events would be 50 and more."""


async def _turns(link: Link, session: str, numbers: range) -> None:
    """One turn after the other."""
    for number in numbers:
        script = Script("", 3, number=number)
        link.send("send_message", sessionId=session, message=script.text())
        while (await link.next())["type"] != "eventual_response":
            pass


async def _round(links: list[tuple[Link, str]], first: int, turns: int) -> None:
    """So many turns, spread over all conversations."""
    each = -(-turns // len(links))
    async with asyncio.TaskGroup() as group:
        for index, (link, session) in enumerate(links):
            start = first + index * each
            group.create_task(_turns(link, session, range(start, start + each)))


async def _quiet(child: Child) -> dict[str, int]:
    """What is alive once the retention has passed; waits for it, but not for ever."""
    objects: dict[str, int] = {}
    for _ in range(10):
        await asyncio.sleep(1)
        objects = (await child.stats())["objects"]
        if not objects["LoggedEvent"]:
            break
    return objects


async def run(quick: bool) -> Verdict:
    """100,000 turns; half of the sockets follow with `event_seq`, half do not."""
    verdict = Verdict("growth")
    turns = 10_000 if quick else 100_000
    settings = {"event_log_events": KEPT_EVENTS, "event_log_seconds": KEPT_SECONDS}
    async with server(**settings) as child:
        links = []
        for index in range(CONVERSATIONS):
            link = await Link.open(child.port, *(["event_seq"] if index % 2 else []))
            links.append((link, (await link.session())["sessionId"]))
        warm = WARM if quick else 4 * WARM
        began = asyncio.get_running_loop().time()
        await _round(links, 0, warm)
        first = child.memory()
        await _round(links, turns, turns - warm)
        seconds = asyncio.get_running_loop().time() - began
        last, held = child.memory(), (await child.stats())["objects"]["LoggedEvent"]
        alive = await _quiet(child)
        for link, _ in links:
            link.cut()
    verdict.figure("turns", f"{turns} in {seconds:.0f} s, {turns / seconds:.0f}/s")
    verdict.figure("memory warm, at the end", f"{first / MIB:.1f} MiB, {last / MIB:.1f} MiB")
    verdict.figure("alive at the end", alive)
    verdict.bound("memory grew", round((last - first) / MIB, 2), MOST_GROWTH, " MiB")
    verdict.bound("events held right after", held, CONVERSATIONS * KEPT_EVENTS)
    verdict.bound("events held once they are too old", alive["LoggedEvent"], 0)
    verdict.bound("turns alive", alive["Turn"], 0)
    verdict.bound("watches of single turns alive", alive["TurnWatch"], 0)
    verdict.bound("watches of conversations alive", alive["ConversationWatch"], CONVERSATIONS)
    return verdict
