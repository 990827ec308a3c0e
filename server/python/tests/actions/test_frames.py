"""Frames: what is read, what is refused, and under which id."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from smooth_operator_server import Settings, serve_local
from smooth_operator_server.actions.frames import BadFrame, read_frame


def nested(levels: int) -> str:
    return '{"action":"ping","x":' + "[" * (levels - 1) + "]" * (levels - 1) + "}"


@pytest.mark.parametrize(
    ("text", "request_id"),
    [
        ("nope", None),
        ("[]", None),
        ("null", None),
        ('{"requestId":"r"}', "r"),
        ('{"action":1,"requestId":"r"}', "r"),
        ('{"action":null,"requestId":7}', None),
        ('{"action":"ping","requestId":"' + "r" * 129 + '"}', "r" * 129),
        ('{"action":"ping","requestId":"' + "r" * 4097 + '"}', None),
        (nested(65), None),
        ("[" * 5000, None),
    ],
)
def test_bad_frames(text: str, request_id: str | None) -> None:
    with pytest.raises(BadFrame) as caught:
        read_frame(text)
    assert caught.value.request_id == request_id


def test_what_just_passes() -> None:
    assert read_frame(nested(64)).action == "ping"
    assert read_frame('{"action":"ping","requestId":""}').request_id is None
    assert read_frame('{"action":"ping","requestId":"' + "é" * 128 + '"}').request_id == "é" * 128
    assert read_frame('{"action":"ping","action":"cancel"}').action == "cancel"
    assert read_frame('{"action":"ping","x":"\\ud83d"}').fields["x"] == "\ufffd"
    braces = json.dumps({"action": "ping", "x": "{" * 100})
    assert read_frame(braces).fields["x"] == "{" * 100


@given(st.text())
def test_no_text_breaks_the_reader(text: str) -> None:
    with contextlib.suppress(BadFrame):
        assert isinstance(read_frame(text).fields, dict)


async def test_refusals_over_a_socket(connect: Any) -> None:
    async with serve_local() as server:
        peer = await connect(server)
        await peer.socket.send(b"\x01")
        binary = await peer.next()
        assert (binary["error"]["code"], "requestId" in binary) == ("VALIDATION_ERROR", False)
        unknown = await peer.ask("get_messages", requestId="r")
        assert (unknown["error"]["code"], unknown["requestId"]) == ("UNSUPPORTED_ACTION", "r")
        pong = await peer.ask("ping", requestId=None)
        assert (pong["type"], "requestId" in pong) == ("pong", False)
        assert pong["data"]["timestamp"] == pong["timestamp"]


async def test_a_frame_over_the_limit_closes_with_its_reason(connect: Any) -> None:
    async with serve_local(Settings(port=0, max_frame_bytes=1000)) as server:
        peer = await connect(server)
        await peer.send("ping", padding="x" * 900)
        assert (await peer.next())["type"] == "pong"
        await peer.send("ping", padding="x" * 1_000_000)
        assert await peer.closed() == 1009


async def test_too_many_frames_are_refused_and_the_socket_stays(connect: Any) -> None:
    settings = Settings(port=0, frames_per_second=1, frame_burst=3)
    async with serve_local(settings) as server:
        peer = await connect(server)
        answers = [await peer.ask("ping", requestId=f"p{n}") for n in range(5)]
    assert [a["type"] for a in answers] == ["pong"] * 3 + ["error"] * 2
    assert answers[3]["error"]["code"] == "RATE_LIMITED"
    assert (answers[3]["requestId"], answers[3]["data"]["details"]["retryAfterMs"] > 0) == (
        "p3",
        True,
    )


async def test_hello_is_first_or_never(connect: Any) -> None:
    async with serve_local() as server:
        peer = await connect(server)
        none = await peer.ask("hello", requestId="h", protocolVersions=["9"], supports=[])
        assert none["error"]["code"] == "VALIDATION_ERROR"
        late = await peer.ask("hello", requestId="h", protocolVersions=["1"])
        assert (late["error"]["code"], late["requestId"]) == ("VALIDATION_ERROR", "h")
        other = await connect(server)
        welcome = await other.ask("hello", requestId="h", protocolVersions=["1", "2"])
        assert welcome["data"]["auth"] == {"anonymous": True}
        assert welcome["data"]["limits"]["maxMessageChars"] == 100_000
        assert welcome["data"]["limits"]["parkSeconds"] == 300
