"""The screen: no server steers the terminal, and asides begin on a line of their own."""

from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st
from smooth_operator_server.terminal.screen import Screen, plain


@given(st.text())
def test_no_control_character_survives(text: str) -> None:
    assert not any(ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 for c in plain(text) if c not in "\n\t")


def test_an_escape_sequence_becomes_harmless_text() -> None:
    assert plain("\x1b]0;owned\x07hi") == "]0;ownedhi"


def test_an_aside_ends_the_line_that_is_being_streamed() -> None:
    out = io.StringIO()
    screen = Screen(out)
    screen.stream("17 da")
    screen.stream("ys")
    screen.aside("[1] returns.md")
    assert out.getvalue() == "17 days\n[1] returns.md\n"
