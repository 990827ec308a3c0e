"""One server process: start, readiness, log lines, SIGTERM, and never longer than it may take."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import socket
from collections.abc import Callable
from typing import Any

from smooth_operator_conformance.live.http import Web
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


PORTS = range(20_000, 30_000, 2)
"""Below those that Linux gives to clients."""


def free_port() -> int:
    """A port that nobody listens on now, nor on the next one: some servers take that too."""
    for port in random.sample(PORTS, len(PORTS)):
        with socket.socket() as probe, socket.socket() as beside, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            beside.bind(("127.0.0.1", port + 1))
            return port
    raise NotStarted(f"no port between {PORTS.start} and {PORTS.stop} is free")


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
        said = " | ".join(self.lines[-4:]) or "it said nothing"
        code = self._process.returncode
        if code is not None:
            return f"it ended with exit code {code}: {said[:1500]}"
        where = f"http://127.0.0.1:{self.port}{self.target.health}"
        patience = f"{self.target.ready_seconds:g} s"
        return f"{where} did not answer 200 within {patience}: {said[:1500]}"

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
            self._process.send_signal(signal.SIGTERM)

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
        return self._process.returncode or 0
