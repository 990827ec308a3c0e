"""Lines of standard input as an async queue, from a keyboard, a pipe or a file."""

from __future__ import annotations

import asyncio
import codecs
import os
import threading


class Lines:
    """Reads a file descriptor in a thread of its own, so that turns go on while a person types.

    It reads the descriptor itself: a daemon thread inside `sys.stdin` would hang the interpreter's
    exit on that object's lock.
    """

    def __init__(self, descriptor: int = 0) -> None:
        self._descriptor = descriptor
        self._queue: asyncio.Queue[str | None] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()
        threading.Thread(target=self._read, name="stdin", daemon=True).start()

    async def next(self) -> str | None:
        """The next line without its end; None once the input is over, and ever after."""
        line = await self._queue.get()
        if line is None:
            self._queue.put_nowait(None)
        return line

    def _read(self) -> None:
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        rest = ""
        while True:
            try:
                data = os.read(self._descriptor, 65536)
            except OSError:
                data = b""
            rest += decoder.decode(data, final=not data)
            *lines, rest = rest.split("\n")
            if not data and rest:
                lines.append(rest)
            self._hand_over([*lines, *([] if data else [None])])
            if not data:
                return

    def _hand_over(self, lines: list[str | None]) -> None:
        for line in lines:
            try:
                self._loop.call_soon_threadsafe(self._queue.put_nowait, line)
            except RuntimeError:
                return  # the chat is over, its loop is closed
