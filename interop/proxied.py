"""The runner's proxy between the published client and the published server: what it names."""

from __future__ import annotations

import asyncio
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from smooth_operator_conformance.record_io import read_records
from smooth_operator_conformance.records import CaseResult
from smooth_operator_conformance.servers.target import load_target

from interop.corpus import run
from interop.environments import Published
from interop.house import Room, raw_session, serving
from interop.puppet import Puppet, puppet

Json = Any
RUNNER = (sys.executable, "-m", "smooth_operator_conformance.cli")
AGENT = {
    "script": [
        {"deltas": ["Thir", "ty days."]},
        {"deltas": ["In si", "lence."]},
        {
            "calls": [
                {"id": "k1", "name": "request_identity_intake", "arguments": {"fields": ["email"]}}
            ]
        },
        {"text": "Nobody waits for this.", "maybe": True},
    ]
}
_URL = re.compile(r"(ws://\S+) → ")
_COUNTS = re.compile(r"^(\d+) frames, (\d+) violations", re.MULTILINE)
_LINE = re.compile(r"^ {2}([A-Z]+-\d+) {2}(\d+) × {2}(server|client) {2}(.+)$", re.MULTILINE)
_NOT_COUNTED = re.compile(r" \(not counted:.*\)$")
SETTLE = 20.0


class NotProxied(Exception):
    """The proxy did not do its part; the message says which."""


@dataclass(frozen=True, slots=True)
class Named:
    """A violation as the proxy's summary names it."""

    requirement: str
    message: str
    side: str
    count: int
    counted: bool
    """False: told, but the published protocol does not promise it."""


@dataclass(frozen=True, slots=True)
class Proxied:
    """What a session through the proxy came to."""

    frames: int
    violations: tuple[Named, ...]
    recorded: tuple[str, ...]
    """Names of the recorded scenarios."""
    ours: str
    """What became of them on our server: green or red."""
    theirs: str
    """And on the published server that they were recorded from."""

    @property
    def line(self) -> str:
        """The counts, for people."""
        counted = [v.requirement for v in self.violations if v.counted]
        named = ", ".join(counted) or "none"
        replayed = f"{self.ours} on our server, {self.theirs} on the published one"
        head = f"{self.frames} frames, violations named: {named}"
        return f"{head}; {len(self.recorded)} recorded, {replayed}"


async def proxied(client: Published, out: Path) -> Proxied:
    """Let the client visit the published server through the proxy. Raises NotProxied, NotStarted.

    The folder `out` holds what the proxy wrote.
    """
    target = load_target("published-python")
    async with (
        serving({"through": {"main": AGENT}}, "shared", target) as house,
        _proxy(house.rooms["through"].url, out) as proxy,
        puppet(client) as caller,
    ):
        await _session(caller, house.rooms["through"], proxy.url)
        said = await proxy.end()
    frames, violations = read_summary(said)
    recorded = recorded_in(out)
    if not recorded:
        raise NotProxied(f"the proxy recorded no scenario in {out}")
    ours = await _outcome("python", out)
    theirs = await _outcome("published-python", out)
    return Proxied(frames, violations, recorded, ours, theirs)


async def _session(client: Puppet, room: Room, url: str) -> None:
    """What people do: ask, look back, list; and stop a turn while its card is open."""
    await client.call("open", url=url)
    made = await client.call("create_conversation_session", agent_id=room.agent(), user_name="Pat")
    session = made["sessionId"]
    await (await client.send(session, "How long may I return it?")).end()
    await (await client.send(session, "And all at once?", stream=False)).end()
    await client.call("get_session", session_id=session)
    page = await client.call("get_messages", session_id=session, limit=1)
    await client.call("get_messages", session_id=session, limit=1, before=page["nextCursor"])
    await client.call("ping")
    if "list_conversations" in await client.call("can"):
        await client.call("list_conversations")
    card = await raw_session(url, room.agent(), ["identity_form"])
    turn = await client.send(card, "Mail me")
    await turn.until("interaction_required")
    await turn.until("stream_chunk")
    await client.call("cancel", request_id=turn.request, session_id=card)
    await turn.end()
    # A ping is answered after what was under way, or at least gives it the time to come.
    for _ in range(20):
        await client.call("ping")
    await client.call("disconnect")


class _Proxy:
    """The running command."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process, self._said, self.url = process, "", ""

    async def up(self) -> None:
        """Wait until it says where apps connect. Raises NotProxied."""
        assert self._process.stdout is not None
        while not (found := _URL.search(self._said)):
            line = await asyncio.wait_for(self._process.stdout.readline(), SETTLE)
            if not line:
                raise NotProxied(f"the proxy ended at once: {self._said[-300:]}")
            self._said += line.decode()
        self.url = found[1]

    async def end(self) -> str:
        """Ctrl-C; everything it said. Raises NotProxied."""
        assert self._process.stdout is not None
        self._process.send_signal(signal.SIGINT)
        self._said += (await asyncio.wait_for(self._process.stdout.read(), SETTLE)).decode()
        code = await self._process.wait()
        if code != 0:
            raise NotProxied(f"the proxy ended with exit code {code}: {self._said[-300:]}")
        return self._said


@asynccontextmanager
async def _proxy(upstream: str, out: Path) -> AsyncIterator[_Proxy]:
    command = (*RUNNER, "proxy", "--upstream", upstream, "--out", str(out))
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        proxy = _Proxy(process)
        await proxy.up()
        yield proxy
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def read_summary(said: str) -> tuple[int, tuple[Named, ...]]:
    """Frames and violations out of the command's last words. Raises NotProxied."""
    head = _COUNTS.search(said)
    if head is None:
        raise NotProxied(f"the proxy gave no summary: {said[-300:]}")
    named = tuple(
        Named(
            requirement,
            _NOT_COUNTED.sub("", sentence),
            side,
            int(number),
            _NOT_COUNTED.search(sentence) is None,
        )
        for requirement, number, side, sentence in _LINE.findall(said[head.start() :])
    )
    counted = sum(v.count for v in named if v.counted)
    if counted != int(head[2]):
        raise NotProxied(f"the summary counts {head[2]} violations and names {counted}")
    return int(head[1]), named


def recorded_in(out: Path) -> tuple[str, ...]:
    """Names of the scenarios in the proxy's folder."""
    return tuple(sorted(f"recorded/{path.stem}" for path in (out / "recorded").glob("*.json")))


async def _outcome(target: str, out: Path) -> str:
    """`green` or `red`: the recorded scenarios on a target. Raises NotProxied."""
    report = out.with_name(f"replay-{target}")
    await asyncio.to_thread(run, target, report, ["--corpus", str(out)])
    played, records = recorded_in(out), read_records(report / "results.jsonl")
    outcomes = {r.outcome for r in records if isinstance(r, CaseResult) and r.scenario in played}
    if not outcomes or outcomes - {"pass", "fail"}:
        raise NotProxied(f"the recording was not played on {target}: {sorted(outcomes)}")
    return "green" if outcomes == {"pass"} else "red"
