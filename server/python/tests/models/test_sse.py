"""The event-stream reader: the same events however the bytes are cut."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from smooth_operator_server.models.sse import SseReader


def read(*pieces: bytes) -> list[bytes]:
    reader = SseReader()
    return [event for piece in pieces for event in reader.feed(piece)]


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_every_line_end_ends_a_line(end: bytes) -> None:
    body = end.join([b"data: a", b"", b"data: b", b"data: c", b"", b""])
    assert read(body) == [b"a", b"b\nc"]


@pytest.mark.parametrize(
    ("body", "events"),
    [
        (b": hello\n\ndata: a\n\n", [b"a"]),
        (b"event: x\nid: 1\nretry: 5\ndata: a\n\n", [b"a"]),
        (b"data:a\n\ndata:  b\n\n", [b"a", b" b"]),
        (b"data\n\n", [b""]),
        (b"data: a\n\n\n\ndata: b\n\n", [b"a", b"b"]),
        (b"\xef\xbb\xbfdata: a\n\n", [b"a"]),
        (b"data: \xef\xbb\xbf\n\n", [b"\xef\xbb\xbf"]),
        (b"database: a\n\n data: b\n\n", []),
        (b"data: a\n\ndata: unfinished\n", [b"a"]),
        (b"data: a\n\ndata: b\n\ndata: c\n\n", [b"a", b"b", b"c"]),
        (b"data: a\n\ndata: b\ndata: c\n\n", [b"a", b"b\nc"]),
        (b"data: a\n\ndata: b\n: c\n\n", [b"a", b"b"]),
        (b"data: a\n\n\n\n", [b"a"]),
        (b"", []),
    ],
)
def test_fields(body: bytes, events: list[bytes]) -> None:
    assert read(body) == events


def test_a_line_end_split_between_pieces_ends_one_line() -> None:
    assert read(b"data: a\r", b"\ndata: b\r", b"", b"\n\r", b"\n") == [b"a\nb"]


def test_later_pieces_are_read_alike() -> None:
    pieces = (b"data: 1\n\n", b"data: a\n\ndata: b\n\n", b"data: c\n", b"data: d\n\n", b"\n\n")
    assert read(*pieces) == [b"1", b"a", b"b", b"c\nd"]


def test_an_event_is_given_when_its_last_byte_is_there() -> None:
    reader = SseReader()
    assert reader.feed(b"data: a\n") == []
    assert reader.feed(b"\n") == [b"a"]


lines = st.lists(
    st.sampled_from(["data: a", "data:é", "data", ": c", "event: x", "", "data: 😀"]), max_size=12
)


@given(lines, st.sampled_from(["\n", "\r", "\r\n"]), st.booleans(), st.data())
def test_cutting_anywhere_changes_nothing(
    parts: list[str], end: str, mark: bool, data: st.DataObject
) -> None:
    body = (("\ufeff" if mark else "") + end.join(parts) + end).encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(body)), max_size=8)))
    edges = [0, *cuts, len(body)]
    pieces = [body[a:b] for a, b in pairwise(edges)]
    assert read(*pieces) == read(*(bytes([byte]) for byte in body)) == read(body)
