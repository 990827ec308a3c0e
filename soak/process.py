"""The process: a server child, how much memory it holds, and its end."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson

GENEROUS: dict[str, Any] = {"frames_per_second": 1_000_000, "frame_burst": 1_000_000}
"""The soak's own pace is no attack."""


class Child:
    """A running server."""

    def __init__(self, process: asyncio.subprocess.Process, port: int) -> None:
        self._process = process
        self.port = port

    def memory(self, field: str = "VmRSS") -> int:
        """Bytes: `VmRSS` now, `VmHWM` at most so far."""
        for line in Path(f"/proc/{self._process.pid}/status").read_text().splitlines():
            if line.startswith(f"{field}:"):
                return int(line.split()[1]) * 1024
        raise AssertionError(f"no {field}")

    async def ended(self) -> int:
        """How many answers the model has given whole."""
        return int((await self._ask("/soak"))["ended"])

    async def stats(self) -> dict[str, Any]:
        """What `child.py` tells of itself; stops it for a moment."""
        return await self._ask("/soak?all")

    async def _ask(self, path: str) -> dict[str, Any]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        host = f"127.0.0.1:{self.port}"
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        answer = await reader.read()
        writer.close()
        told: dict[str, Any] = orjson.loads(answer.partition(b"\r\n\r\n")[2])
        return told


@asynccontextmanager
async def server(**settings: Any) -> AsyncIterator[Child]:
    """A fresh server process with these settings; it ends with the block."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "soak.child",
        orjson.dumps({**GENEROUS, **settings}).decode(),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield Child(process, int(await process.stdout.readline()))
    finally:
        process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), 10)
        except TimeoutError:
            process.kill()
            await process.wait()
