"""Lines: whole lines whatever the pieces, and an end that stays the end."""

from __future__ import annotations

import os

from hypothesis import given
from hypothesis import strategies as st
from smooth_operator_server.terminal.lines import Lines


async def _read(pieces: list[bytes]) -> list[str]:
    reading, writing = os.pipe()
    lines = Lines(reading)
    for piece in pieces:
        os.write(writing, piece)
    os.close(writing)
    got = []
    while (line := await lines.next()) is not None:
        got.append(line)
    assert await lines.next() is None
    os.close(reading)
    return got


async def test_a_line_without_its_end_counts() -> None:
    assert await _read([b"one\ntw", b"o\nthree"]) == ["one", "two", "three"]


async def test_a_character_split_over_two_pieces_is_one() -> None:
    assert await _read(["é".encode()[:1], "é".encode()[1:] + b"\n"]) == ["é"]


async def test_bytes_that_are_no_text_do_not_end_the_chat() -> None:
    assert await _read([b"\xff\nstill here\n"]) == ["�", "still here"]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1), max_size=5))
async def test_what_is_written_is_what_is_read(lines: list[str]) -> None:
    assert await _read(["".join(line + "\n" for line in lines).encode()]) == lines
