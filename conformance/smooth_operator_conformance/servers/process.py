"""One server process: start, readiness, log lines, SIGTERM, and never longer than it may take."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable
from typing import Any

from smooth_operator_conformance.live.http import Web
from smooth_operator_conformance.servers import ports
from smooth_operator_conformance.servers.target import Target

Json = Any
PASSED_ON = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TMPDIR",
    "SYSTEMROOT",
    "LD_LIBRARY_PATH",
    "DOTNET_ROOT",
)
"""All that a server gets of our own environment: nothing of it may configure the server."""
KEPT_LINES = 20_000


class NotStarted(Exception):
    """The server never became ready; the message has its last words."""


class Process:
    """A server under test that we started."""

    def __init__(self, target: Target, env: dict[str, str], port: int) -> None:
        self.target, self.port = target, port
        inherited = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        self._env = {**inherited, **target.env, **env}
        self._process: asyncio.subprocess.Process | None = None
        self._readers: list[asyncio.Task[None]] = []
        self.lines: list[str] = []
        """The newest log lines."""
        self.suspects: list[str] = []
        """Lines in which `watch` saw something."""
        self.on_line: Callable[[str], None] | None = None
        self.on_exit: Callable[[int], None] | None = None
        self.watch: tuple[str, ...] = ()
        self._asked_to_end = False

    async def start(self) -> None:
        """Start it; raises NotStarted when there is no such command."""
        try:
            self._process = await asyncio.create_subprocess_exec(
                *self.target.command,
                env=self._env,
                cwd=self.target.cwd or None,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                limit=1 << 24,
                start_new_session=True,
            )
        except OSError as error:
            raise NotStarted(f"{self.target.command[0]}: {error}") from error
        for stream in (self._process.stdout, self._process.stderr):
            assert stream is not None
            self._readers.append(asyncio.create_task(self._read(stream)))
        self._readers.append(asyncio.create_task(self._watch_exit()))

    async def ready(self, web: Web) -> None:
        """Wait for `/health`; raises NotStarted."""
        assert self._process is not None
        loop = asyncio.get_running_loop()
        end = loop.time() + self.target.ready_seconds
        while loop.time() < end:
            if self._process.returncode is not None:
                break
            if await web.is_ready("127.0.0.1", self.port, self.target.health):
                return
            await asyncio.sleep(0.02)
        await asyncio.sleep(0)
        raise NotStarted(f"{self.target.name} is not ready: {self._last_words()}")

    def _last_words(self) -> str:
        assert self._process is not None
        said, code = self._said(), self._process.returncode
        if code is not None:
            return f"it ended with exit code {code}: {said}"
        where = f"http://127.0.0.1:{self.port}{self.target.health}"
        patience = f"{self.target.ready_seconds:g} s"
        return f"{where} did not answer 200 within {patience}: {said}"

    def _said(self) -> str:
        return (" | ".join(self.lines[-4:]) or "it said nothing")[:1500]

    async def _read(self, stream: asyncio.StreamReader) -> None:
        while line := await stream.readline():
            text = line.decode("utf-8", "replace").rstrip()
            self.lines.append(text)
            del self.lines[:-KEPT_LINES]
            if any(word in text for word in self.watch):
                self.suspects.append(text)
            if self.on_line is not None:
                self.on_line(text)

    async def _watch_exit(self) -> None:
        assert self._process is not None
        code = await self._process.wait()
        if self.on_exit is not None:
            self.on_exit(code)

    def terminate(self) -> None:
        """SIGTERM, if it still runs."""
        if self._process is not None and self._process.returncode is None:
            self._asked_to_end = self._asked_to_end or not _has_ended(self._process.pid)
            # `send_signal` of asyncio would collect the exit code of a dead process, and lose it.
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._process.pid, signal.SIGTERM)

    def how_it_ended(self) -> str:
        """For people, once `stop` is through; begins with the exit code."""
        assert self._process is not None
        code = f"exit code {self._process.returncode}"
        if self._asked_to_end:
            return f"{code} after SIGTERM"
        return f"{code} before SIGTERM: {self._said()}"

    async def stop(self) -> int:
        """SIGTERM and wait; kill after `stop_seconds`. The exit code, -9 when killed."""
        if self._process is None:
            return 0
        self.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), self.target.stop_seconds)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            await self._process.wait()
        await asyncio.wait(self._readers, timeout=5)
        for reader in self._readers:
            reader.cancel()
        ports.give_back(self.port)
        return self._process.returncode or 0


def _has_ended(pid: int) -> bool:
    """Whether a child of ours is dead, although nobody may have heard of it yet."""
    try:
        return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:
        return True
