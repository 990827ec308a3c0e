"""One driver process: commands in, outputs out, one JSON object a line, and never left behind."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
from collections.abc import Callable
from typing import Any

from smooth_operator_conformance.clients.targets import ClientTarget
from smooth_operator_conformance.servers.process import PASSED_ON

Json = Any
LINE = 1 << 24
"""Longest line of a driver, in bytes."""
SAID = 400
"""Lines of standard error that are kept."""


class NoDriver(Exception):
    """The driver's command could not be started."""


class DriverProcess:
    """A client under test behind its driver. `told` gets each output; a line that is no JSON is
    `{"type": "junk", "line": …}`; the end of the process is `{"type": "ended", "status": …}`."""

    def __init__(self, target: ClientTarget, told: Callable[[Json], None]) -> None:
        self._target, self._told = target, told
        self._process: asyncio.subprocess.Process | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self.said: list[str] = []
        """The last lines of its standard error."""

    async def start(self) -> None:
        """Start it; raises NoDriver."""
        inherited = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        try:
            self._process = await asyncio.create_subprocess_exec(
                *self._target.command,
                env={**inherited, **self._target.env},
                cwd=self._target.cwd or None,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                limit=LINE,
                start_new_session=True,
            )
        except OSError as error:
            raise NoDriver(f"{self._target.command[0]}: {error}") from error
        self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._overhear())]

    def command(self, command: Json) -> None:
        """Give it one command; silently nothing once it has ended."""
        assert self._process is not None
        assert self._process.stdin is not None
        if not self._process.stdin.is_closing():
            line = json.dumps(command, separators=(",", ":"))
            self._process.stdin.write(line.encode() + b"\n")

    async def _listen(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        with contextlib.suppress(ValueError):  # a line beyond all bounds: the deadline tells
            while line := await self._process.stdout.readline():
                self._told(_output(line))
        self._told({"type": "ended", "status": await self._process.wait()})

    async def _overhear(self) -> None:
        assert self._process is not None
        assert self._process.stderr is not None
        while line := await self._process.stderr.readline():
            self.said.append(line.decode("utf-8", "replace").rstrip())
            del self.said[:-SAID]

    async def stop(self) -> None:
        """End it, with everything that it started."""
        if self._process is None:
            return
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        await self._process.wait()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._process.stdin is not None:
            self._process.stdin.close()


def _output(line: bytes) -> Json:
    try:
        value = json.loads(line)
    except ValueError:
        value = None
    if isinstance(value, dict):
        return value
    return {"type": "junk", "line": line.decode("utf-8", "replace").rstrip()[:400]}
