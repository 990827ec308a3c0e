"""The demo as a person sees it: a real terminal, keys typed, Ctrl-C in mid-answer."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

PATIENCE = 30.0


class Terminal:
    """A process on a pseudo-terminal, and all that it has shown."""

    def __init__(self, command: list[str]) -> None:
        self._master, slave = pty.openpty()
        clean = ("SMOOTH_", "SMOOAI_", "AUTH_")
        env = {name: value for name, value in os.environ.items() if not name.startswith(clean)}
        self.process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=subprocess.DEVNULL,
            env=env | {"NO_COLOR": "1", "SMOOTH_AGENT_PORT": "0"},
            start_new_session=True,
            preexec_fn=_take_the_terminal,
        )
        os.close(slave)
        self.shown = ""
        self._read_to = 0

    def types(self, text: str) -> None:
        os.write(self._master, text.encode())

    def shows(self, text: str) -> None:
        """Wait until `text` comes after what was waited for last."""
        deadline = time.monotonic() + PATIENCE
        while (found := self.shown.find(text, self._read_to)) < 0:
            left = deadline - time.monotonic()
            assert left > 0, f"no {text!r} in:\n{self.shown[self._read_to :]}"
            if select.select([self._master], [], [], left)[0]:
                self.shown += os.read(self._master, 65536).decode("utf-8", "replace")
        self._read_to = found + len(text)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(PATIENCE)
        os.close(self._master)


def _take_the_terminal() -> None:
    """Make it the controlling terminal, so that Ctrl-C becomes a signal."""
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


@pytest.fixture
def demo() -> Iterator[Terminal]:
    terminal = Terminal([sys.executable, "-m", "smooth_operator_server.cli", "demo"])
    terminal.shows("\n> ")
    yield terminal
    terminal.close()


def test_ctrl_c_stops_an_answer_and_keeps_the_chat(demo: Terminal) -> None:
    demo.types("How long is the return window?\n")
    demo.shows("offline answer")
    demo.types("\x03")
    demo.shows("(stopped)")
    demo.shows("\n> ")
    demo.types("How long is the return window?\n")
    demo.shows("17 days")
    demo.shows("returns.md")


def test_a_refund_is_asked_for_and_answered_with_a_key(demo: Terminal) -> None:
    demo.types("Refund order A-1042\n")
    demo.shows("[y/n] ")
    assert "A-1042" in demo.shown
    demo.types("n\n")
    demo.shows("failed: Denied by human")
    demo.shows("\n> ")
    demo.types("Refund order A-1042\n")
    demo.shows("[y/n] ")
    demo.types("y\n")
    demo.shows("Order A-1042 is refunded")


def test_a_card_is_filled_by_numbers(demo: Terminal) -> None:
    demo.types("Help me choose a lamp\n")
    demo.shows("Where will it stand?")
    demo.types("2\n")
    demo.shows("Which light?")
    demo.types("1\n")
    demo.shows('"Desk"')


@pytest.mark.parametrize("key", ["\x03", "\x04"])
def test_ctrl_c_or_ctrl_d_at_the_prompt_leaves(demo: Terminal, key: str) -> None:
    demo.types(key)
    assert demo.process.wait(PATIENCE) == 0
