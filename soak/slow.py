"""Slow: a reader that stops costs little memory, and nobody else their throughput."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from statistics import median

from soak.process import Child, server
from soak.script import Script
from soak.verdict import Verdict
from soak.wire import Link

DELTA = 16_384
DELTAS = 1_024
"""16 MiB in all."""
GAP = 0.004
OTHERS = 8
SMALL = 8_192
MIB = 1_048_576
PAIRS = 5
"""Pairs of runs; their medians are judged, since other work shares the machine."""


@dataclass
class Run:
    """Peak memory in bytes, replies per second of the others, and how the reader ended."""

    peak: int
    replies: float
    code: int | None


async def _others(link: Link, over: asyncio.Event) -> int:
    """Ping as fast as answers come."""
    replies = 0
    while not over.is_set():
        link.send("ping")
        await link.next()
        replies += 1
    return replies


async def _turn(link: Link, child: Child, stops: bool) -> None:
    """Read to the terminal event, or nothing after the first token; until the model is through."""
    reading = asyncio.create_task(_read(link, "stream_token" if stops else "eventual_response"))
    while not await child.ended():
        await asyncio.sleep(0.1)
    await reading


async def _read(link: Link, last: str) -> None:
    while (await link.next())["type"] != last:
        pass
    if last == "stream_token":
        link.read(False)


async def _run(stops: bool) -> Run:
    """One turn on a fresh server, while the others ping."""
    async with server() as child:
        others = [await Link.open(child.port) for _ in range(OTHERS)]
        link = await Link.open(child.port, "event_seq", receive_buffer=SMALL)
        session = (await link.session())["sessionId"]
        over = asyncio.Event()
        loop = asyncio.get_running_loop()
        pings = [asyncio.create_task(_others(other, over)) for other in others]
        began = loop.time()
        script = Script("slow", DELTAS, DELTA, GAP)
        link.send("send_message", sessionId=session, message=script.text())
        await _turn(link, child, stops)
        over.set()
        replies = sum(await asyncio.gather(*pings)) / (loop.time() - began)
        peak, code = child.memory("VmHWM"), None
        if stops:
            link.read(True)
            code = await link.closed()
        for one in (link, *others):
            one.cut()
    return Run(peak, replies, code)


async def run(quick: bool) -> Verdict:
    """A reader that stops: at most 2 MiB more, at most 10 % less for the others."""
    verdict = Verdict("slow")
    pairs = [(await _run(False), await _run(True)) for _ in range(1 if quick else PAIRS)]
    more = [(stopped.peak - read.peak) / MIB for read, stopped in pairs]
    kept = [stopped.replies / read.replies for read, stopped in pairs]
    fast = [read for read, _ in pairs]
    verdict.figure("answer", f"{DELTA * DELTAS / MIB:g} MiB in {DELTAS} deltas, {len(pairs)} pairs")
    verdict.figure("peak memory, read at full speed", _spread([r.peak / MIB for r in fast], "MiB"))
    verdict.figure("more when the reader stops", _spread(more, "MiB"))
    verdict.figure("replies to the others, full speed", _spread([r.replies for r in fast], "/s"))
    verdict.figure("the stopped reader was closed", sorted({s.code for _, s in pairs}, key=str))
    verdict.bound("more memory", round(median(more), 2), 2.0, " MiB")
    verdict.floor("throughput the others keep", round(median(kept), 3), 0.9)
    return verdict


def _spread(values: list[float], unit: str) -> str:
    return f"median {median(values):.1f} {unit} ({min(values):.1f} to {max(values):.1f})"
