"""Frames: what is written is read again, however it arrives; pings are answered."""

from __future__ import annotations

import orjson
from hypothesis import given
from hypothesis import strategies as st

from bench.frames import PING, from_client, from_server, pong, taken

BODIES = st.lists(st.integers(0, 70_000), max_size=4)


@given(sizes=BODIES, cut=st.integers(1, 40_000))
def test_whole_frames_come_out_once_and_in_order(sizes: list[int], cut: int) -> None:
    bodies = [bytes([97 + number]) * size for number, size in enumerate(sizes)]
    stream = b"".join(map(from_server, bodies))
    buffer, seen = bytearray(), []
    for start in range(0, len(stream), cut):
        buffer += stream[start : start + cut]
        seen += taken(buffer)
    assert seen == bodies
    assert not buffer


@given(text=st.text(max_size=300))
def test_a_clients_frame_is_read_by_a_floor(text: str) -> None:
    assert list(taken(bytearray(from_client({"text": text})))) == [orjson.dumps({"text": text})]


def test_pings_are_told_and_are_no_frames() -> None:
    ping = bytes((PING, 2)) + b"hi"
    told: list[bytes] = []
    assert list(taken(bytearray(ping + from_server(b"{}")), told.append)) == [b"{}"]
    assert told == [b"hi"]
    assert pong(b"hi") == bytes((0x8A, 0x82)) + bytes(4) + b"hi"
