"""Addresses and heads: what is asked, what is sent on, what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from smooth_operator_conformance.proxy.address import BadAddress, parse_listen, parse_upstream
from smooth_operator_conformance.proxy.head import (
    BadHead,
    forwarded,
    parse_head,
    parse_response,
)
from smooth_operator_conformance.proxy.journal import names
from smooth_operator_conformance.proxy.tap import Broken, Closing, Message, Tap
from websockets.frames import Close, Frame, Opcode


@pytest.mark.parametrize(
    ("text", "authority", "shown"),
    [
        ("ws://h", "h", "ws://h/ws"),
        ("wss://h/chat", "h", "wss://h/chat"),
        ("ws://h:8787/ws?token=x", "h:8787", "ws://h:8787/ws"),
        ("http://[::1]:9", "[::1]:9", "ws://[::1]:9/ws"),
        ("wss://h:80", "h:80", "wss://h:80/ws"),
    ],
)
def test_an_upstream_is_shown_without_its_query(text: str, authority: str, shown: str) -> None:
    upstream = parse_upstream(text)
    assert (upstream.authority, str(upstream)) == (authority, shown)


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        ("/ws?token=a", "/deep/socket?token=a&k=v"),
        ("/", "/deep/socket?k=v"),
        ("/other", "/other?k=v"),
    ],
)
def test_an_upgrade_goes_where_the_server_has_its_socket(asked: str, sent: str) -> None:
    assert parse_upstream("ws://h/deep/socket?k=v").target(asked) == sent


@pytest.mark.parametrize("text", ["", "h:1", "ws://", "ws://h:x", "tcp://h:1"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(BadAddress):
        parse_upstream(text)


@pytest.mark.parametrize("text", ["", "1", "h:", "h:-1", "h:70000"])
def test_where_nobody_can_listen(text: str) -> None:
    with pytest.raises(BadAddress):
        parse_listen(text)


def test_an_upgrade_keeps_its_fields_in_order() -> None:
    raw = (
        b"GET /ws HTTP/1.1\r\nHost: proxy:1\r\nUpgrade: websocket\r\nX-A: 1\r\nx-a: 2\r\n"
        b"Sec-WebSocket-Extensions: permessage-deflate\r\nConnection: Upgrade"
    )
    sent = forwarded(parse_head(raw), parse_upstream("ws://server:9/ws")).decode()
    assert sent == (
        "GET /ws HTTP/1.1\r\nHost: server:9\r\nUpgrade: websocket\r\nX-A: 1\r\nx-a: 2\r\n"
        "Connection: Upgrade\r\n\r\n"
    )


def test_a_plain_request_is_the_only_one_of_its_connection() -> None:
    raw = b"GET /health HTTP/1.1\r\nHost: proxy:1\r\nConnection: keep-alive"
    sent = forwarded(parse_head(raw), parse_upstream("ws://server/ws")).decode()
    assert sent.split("\r\n")[:3] == ["GET /health HTTP/1.1", "Host: server", "Connection: close"]


@given(st.binary(max_size=200))
def test_any_bytes_are_a_head_or_refused(data: bytes) -> None:
    for read in (parse_head, parse_response):
        try:
            read(data)
        except BadHead:
            continue


def test_connections_have_names_for_ever() -> None:
    found = names()
    assert [next(found) for _ in range(28)][-3:] == ["z", "a2", "b2"]


@given(st.lists(st.tuples(st.booleans(), st.binary(max_size=300)), max_size=6), st.data())
def test_frames_are_read_however_they_are_cut(
    sent: list[tuple[bool, bytes]], data: st.DataObject
) -> None:
    """Fragments and pieces of any size give the messages that were sent, then the close."""
    raw = b""
    for binary, body in sent:
        cut = data.draw(st.integers(0, len(body)))
        opcode = Opcode.BINARY if binary else Opcode.TEXT
        for frame in (
            Frame(opcode, body[:cut], fin=False),
            Frame(Opcode.PING, b"x"),
            Frame(Opcode.CONT, body[cut:], fin=True),
        ):
            raw += frame.serialize(mask=True)
    raw += Frame(Opcode.CLOSE, Close(4001, "done").serialize()).serialize(mask=True)
    tap, seen = Tap(from_client=True), []
    while raw:
        size = data.draw(st.integers(1, len(raw)))
        seen += tap.feed(raw[:size])
        raw = raw[size:]
    assert seen[:-1] == [Message(body, binary) for binary, body in sent]
    assert seen[-1] == Closing(4001, "done")


def test_bytes_that_are_no_frame_are_told_once() -> None:
    tap = Tap(from_client=True)
    found = [*tap.feed(b"\xff" * 20), *tap.feed(b"\xff" * 20)]
    assert [type(one) for one in found] == [Broken]
