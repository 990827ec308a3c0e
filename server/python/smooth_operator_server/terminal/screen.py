"""What a person sees: plain text on any stream, dimmed asides on a terminal."""

from __future__ import annotations

import os
import sys
from typing import TextIO

_CONTROLS = {code: None for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\n\t"}


def plain(text: str) -> str:
    """The text without control characters: nothing a server sends may steer the terminal."""
    return text.translate(_CONTROLS)


class Screen:
    """Writes answers and asides; knows whether it is in the middle of a line."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out or sys.stdout
        self.interactive = self._out.isatty() and sys.stdin.isatty()
        self._colour = self._out.isatty() and not os.environ.get("NO_COLOR")
        self._in_line = False

    def stream(self, text: str) -> None:
        """A piece of the answer, as it comes."""
        text = plain(text)
        self._write(text)

    def say(self, text: str) -> None:
        """A line of its own."""
        self.end_line()
        self._write(plain(text) + "\n")

    def aside(self, text: str) -> None:
        """A line about the answer rather than of it."""
        self.end_line()
        text = plain(text)
        self._write(f"\x1b[2m{text}\x1b[0m\n" if self._colour else f"{text}\n")

    def ask(self, text: str) -> None:
        """A prompt; the answer follows on its line."""
        self.end_line()
        self._write(plain(text))

    def answered(self, line: str | None) -> None:
        """A terminal has shown what was typed and ended the line; a pipe has not."""
        if not self.interactive:
            self._write(plain(line or "") + "\n")
        self._in_line = False

    def end_line(self) -> None:
        if self._in_line:
            self._write("\n")

    def _write(self, text: str) -> None:
        if not text:
            return
        self._out.write(text)
        self._out.flush()
        self._in_line = not text.endswith(("\n", "\n\x1b[0m"))
