"""The small parts: frames, tokens on their way, waits, buffers, renewals, errors."""

from __future__ import annotations

import asyncio
import builtins
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from smooth_operator import ClosedError, ConnectError, Reconnect, ServerError, TimeoutError
from smooth_operator._backoff import worth_retrying
from smooth_operator._buffer import Ended, EventBuffer, Overflow
from smooth_operator._credentials import fetch, offer
from smooth_operator._dial import endpoint, fetch_token
from smooth_operator._frames import NotAFrame, decode, encode
from smooth_operator._renewal import wait_before

_text = st.text(max_size=10)


@given(st.dictionaries(_text, _text, max_size=4))
def test_frames_survive_the_way(frame):
    assert decode(encode(frame)) == frame
    assert decode(encode(frame).encode()) == frame


@given(st.text(st.characters(categories=["Cs", "Ll"]), min_size=1, max_size=6))
def test_half_pairs_are_escaped_on_the_way_out_and_replaced_on_the_way_in(text):
    out = encode({"t": text})
    out.encode()
    mended = decode(out)["t"]
    mended.encode()
    assert len(mended) <= len(text)


def test_whole_pairs_in_escapes_are_read():
    assert decode(json.dumps({"t": "😀\ud83d"}))["t"] == "😀\ufffd"


@pytest.mark.parametrize("data", ["", "[]", "1", "nul", b"\xff", "[" * 100_000])
def test_what_is_no_object_is_no_frame(data):
    with pytest.raises(NotAFrame):
        decode(data)


# ---------------------------------------------------------------------- tokens


def test_a_token_travels_as_told():
    assert offer("ws://h/ws", None, "auto").url == "ws://h/ws"
    assert offer("ws://h/ws?a=1", "t t", "query").url == "ws://h/ws?a=1&token=t%20t"
    assert offer("ws://h/ws", "t", "header").headers == {"Authorization": "Bearer t"}
    assert offer("ws://h/ws", "t", "header").subprotocols == ()
    assert offer("ws://h/ws", "t", "subprotocol").subprotocols == (
        "smooth-operator.v1",
        "bearer.t",
    )
    assert offer("ws://h/ws", "t", "auto") == offer("ws://h/ws", "t", "subprotocol")
    assert offer("ws://h/ws", "t", "hello") == offer("ws://h/ws", None, "auto")


def test_a_token_that_a_subprotocol_cannot_hold_goes_into_a_header():
    wanted = offer("ws://h/ws", "a=/b", "auto")
    assert wanted.headers == {"Authorization": "Bearer a=/b"}
    assert wanted.subprotocols == ("smooth-operator.v1",)


async def test_tokens_are_texts_or_callbacks_and_blank_is_none():
    async def later():
        return " t "

    assert await fetch(None) is None
    assert await fetch("  ") is None
    assert await fetch("t") == "t"
    assert await fetch(lambda: "t") == "t"
    assert await fetch(later) == "t"


async def test_a_failing_callback_is_a_connect_error():
    def broken():
        raise LookupError("secret store down")

    with pytest.raises(ConnectError) as raised:
        await fetch_token(broken)
    assert isinstance(raised.value.__cause__, LookupError)


@pytest.mark.parametrize(
    ("url", "meant"),
    [
        ("ws://h", "ws://h/ws"),
        ("http://h:1/", "ws://h:1/ws"),
        ("https://h/agent?x=1#f", "wss://h/agent?x=1"),
        ("wss://h/ws", "wss://h/ws"),
    ],
)
def test_the_endpoint_that_is_meant(url, meant):
    assert endpoint(url) == meant


# ---------------------------------------------------------------------- waits


@given(st.integers(0, 200))
def test_waits_grow_to_their_ceiling_and_are_drawn_from_zero(attempt):
    policy = Reconnect(initial=0.5, maximum=8)
    assert 0 <= policy.delay(attempt) <= min(8, 0.5 * 2**attempt)


def test_waits_are_drawn_from_the_whole_range(monkeypatch):
    drawn = []
    monkeypatch.setattr("random.uniform", lambda low, high: drawn.append((low, high)) or high)
    policy = Reconnect()
    assert [policy.delay(n) for n in range(6)] == [0.5, 1, 2, 4, 8, 8]
    assert {low for low, _ in drawn} == {0}


@pytest.mark.parametrize(
    ("cause", "fresh", "stale"),
    [
        (ConnectError("dns"), True, True),
        (ConnectError("x", http_status=401), True, False),
        (ConnectError("x", http_status=403), False, False),
        (ConnectError("x", http_status=429), True, True),
        (ConnectError("x", http_status=503), True, True),
        (ClosedError("x", close_code=4401), True, False),
        (ClosedError("x", close_code=1006), True, True),
        (ClosedError("x", close_code=1008), False, False),
        (TimeoutError("x", kind="connect"), True, True),
        (ServerError("x", code="UNAUTHENTICATED"), False, False),
    ],
)
def test_what_is_worth_another_attempt(cause, fresh, stale):
    assert worth_retrying(cause, fresh_token=True) is fresh
    assert worth_retrying(cause, fresh_token=False) is stale


@pytest.mark.parametrize(("left", "wait"), [(3600, 3570), (60, 30), (40, 20), (0, 0), (-5, 0)])
def test_a_token_is_renewed_half_a_minute_before_or_at_half_time(left, wait):
    assert wait_before(1_000_000 + left * 1000, 1_000_000) == wait


# ---------------------------------------------------------------------- buffers


async def test_a_buffer_keeps_what_fits_and_then_says_so_for_ever():
    buffer: EventBuffer[int] = EventBuffer(limit=2)
    for item in range(4):
        buffer.put(item)
    assert [await buffer.get(), await buffer.get()] == [0, 1]
    buffer.put(5)
    for _ in range(2):
        with pytest.raises(Overflow):
            await buffer.get()


async def test_a_buffer_ends_after_its_last_item():
    buffer: EventBuffer[int] = EventBuffer()
    waiting = asyncio.ensure_future(buffer.get())
    await asyncio.sleep(0)
    buffer.put(1)
    buffer.end(ValueError("why"))
    buffer.put(2)
    assert await waiting == 1
    with pytest.raises(Ended) as ended:
        await buffer.get()
    assert str(ended.value.cause) == "why"


async def test_a_reader_that_gives_up_leaves_the_buffer_usable():
    buffer: EventBuffer[int] = EventBuffer()
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(buffer.get(), 0.01)
    buffer.put(1)
    assert await buffer.get() == 1


# ---------------------------------------------------------------------- errors


def test_our_timeout_is_also_pythons():
    error = TimeoutError("slow", kind="idle", request_id="r")
    assert isinstance(error, builtins.TimeoutError)
    assert str(error) == "TIMEOUT: slow"
    assert (error.kind, error.request_id) == ("idle", "r")


def test_a_hint_that_is_none_is_none():
    assert ServerError("x", code="X").retry_after is None
    assert ServerError("x", code="X", details={"retryAfterMs": "soon"}).retry_after is None
