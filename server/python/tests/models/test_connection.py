"""Connections to a gateway: how an answer ends, who may use the line next, and bad answers."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path

import pytest
import trustme
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from smooth_operator_server.models import connection
from smooth_operator_server.models.answer import HIGH_WATER, Answer, HttpError
from smooth_operator_server.models.pool import Pool

PLAIN = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nFine"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nFine\r\n0\r\n\r\n"


class Gateway:
    """Answers each request with the next of `answers`: its pieces, each a write of its own."""

    def __init__(self, *answers: list[bytes], close: bool = False) -> None:
        self.answers = list(answers)
        self.connections = 0
        self.gone = asyncio.Event()
        self._close = close

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                await reader.readexactly(int(head.rsplit(b" ", 1)[1]))
                for piece in self.answers.pop(0):
                    writer.write(piece)
                    await writer.drain()
                    await asyncio.sleep(0)
                if self._close:
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            self.gone.set()
        finally:
            writer.close()


@asynccontextmanager
async def asking(gateway: Gateway, idle: float = 5.0) -> AsyncIterator[Pool]:
    server = await asyncio.start_server(gateway.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    pool = Pool(f"http://127.0.0.1:{port}/v1", {}, idle)
    try:
        yield pool
    finally:
        pool.close()
        server.close()


async def whole(answer: Answer) -> bytes:
    text = b""
    while piece := await answer.read():
        text += piece
    return text


async def test_an_answer_has_its_status_its_headers_and_its_body() -> None:
    said = b"HTTP/1.1 418 Teapot\r\nX-One: a\r\nx-one: b\r\nContent-Length: 4\r\n\r\nFine"
    async with asking(Gateway([said])) as pool:
        answer = await pool.post(b"{}")
        assert (answer.status, answer.headers["x-one"]) == (418, "b")
        assert await whole(answer) == b"Fine"
        assert await answer.read() == b""


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=30)
@given(st.lists(st.integers(1, len(CHUNKED) - 1), max_size=6), st.sampled_from([PLAIN, CHUNKED]))
def test_an_answer_may_come_in_any_pieces(cuts: list[int], said: bytes) -> None:
    places = [0, *sorted(cuts), len(said)]
    pieces = [said[a:b] for a, b in pairwise(places)]

    async def ask() -> None:
        gateway = Gateway(pieces, pieces)
        async with asking(gateway) as pool:
            for _ in range(2):
                assert await whole(await pool.post(b"{}")) == b"Fine"
        assert gateway.connections == 1

    asyncio.run(ask())


async def test_a_body_may_end_with_its_connection() -> None:
    gateway = Gateway([b"HTTP/1.1 200 OK\r\n\r\nFi", b"ne"], [PLAIN], close=True)
    async with asking(gateway) as pool:
        assert await whole(await pool.post(b"{}")) == b"Fine"
        assert await whole(await pool.post(b"{}")) == b"Fine"
    assert gateway.connections == 2


async def test_a_gateway_that_closes_is_asked_on_a_new_connection() -> None:
    said = PLAIN.replace(b"OK\r\n", b"OK\r\nConnection: close\r\n")
    gateway = Gateway([said], [said])
    async with asking(gateway) as pool:
        for _ in range(2):
            assert await whole(await pool.post(b"{}")) == b"Fine"
    assert gateway.connections == 2


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nFine",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nFine\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nFine\r\nnope\r\n",
    ],
)
async def test_what_came_before_a_fault_is_read_before_it(said: bytes) -> None:
    async with asking(Gateway([said], close=True)) as pool:
        answer = await pool.post(b"{}")
        assert await answer.read() == b"Fine"
        with pytest.raises(HttpError):
            await answer.read()


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nX: ",
        b"hello\r\n\r\n",
        b"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 20_000,
    ],
)
async def test_a_head_that_is_none(said: bytes) -> None:
    async with asking(Gateway([said], close=True)) as pool:
        with pytest.raises((HttpError, ConnectionError)):
            await pool.post(b"{}")


@pytest.mark.parametrize("more", [PLAIN, b"HTTP", b"junk"])
async def test_an_answer_too_many_is_never_the_next_ones(more: bytes) -> None:
    gateway = Gateway([PLAIN + more], [PLAIN])
    async with asking(gateway) as pool:
        assert await whole(await pool.post(b"{}")) == b"Fine"
        assert await whole(await pool.post(b"{}")) == b"Fine"
    assert gateway.connections == 2


async def test_an_answer_that_nobody_reads_waits_in_the_gateway() -> None:
    size = 40 * HIGH_WATER
    said = [b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size]
    said += [b"x" * HIGH_WATER] * 40
    gateway = Gateway(said, [PLAIN])
    async with asking(gateway) as pool:
        answer = await pool.post(b"{}")
        largest = total = 0
        while piece := await answer.read():
            largest, total = max(largest, len(piece)), total + len(piece)
            for _ in range(20):
                await asyncio.sleep(0)
        assert total == size
        assert largest < 10 * HIGH_WATER
        assert await whole(await pool.post(b"{}")) == b"Fine"
    assert gateway.connections == 1


async def test_who_let_go_cannot_end_the_next_answer() -> None:
    gateway = Gateway([PLAIN], [PLAIN[:-2], b"ne"])
    async with asking(gateway) as pool:
        first = await pool.post(b"{}")
        await whole(first)
        second = await pool.post(b"{}")
        first.abort()
        first.linger()
        assert await whole(second) == b"Fine"
    assert gateway.connections == 1


async def test_an_answer_that_does_not_end_is_waited_for_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connection, "LINGER_SECONDS", 0.01)
    gateway = Gateway([CHUNKED.removesuffix(b"0\r\n\r\n")])
    async with asking(gateway) as pool:
        answer = await pool.post(b"{}")
        assert await answer.read() == b"Fine"
        answer.linger()
        await asyncio.wait_for(gateway.gone.wait(), 5)


async def test_a_connection_that_nobody_needs_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "KEEP_SECONDS", 0.02)
    gateway = Gateway([PLAIN])
    async with asking(gateway) as pool:
        await whole(await pool.post(b"{}"))
        await asyncio.wait_for(gateway.gone.wait(), 5)


async def test_silence_in_the_middle_is_a_timeout() -> None:
    async with asking(Gateway([PLAIN[:-1]]), idle=0.05) as pool:
        answer = await pool.post(b"{}")
        assert await answer.read() == b"Fin"
        with pytest.raises(TimeoutError):
            await answer.read()


@pytest.mark.parametrize("trusted", [True, False])
async def test_https_is_verified(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trusted: bool
) -> None:
    authority, tls = trustme.CA(), ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    gateway = Gateway([PLAIN])
    server = await asyncio.start_server(gateway.serve, "127.0.0.1", 0, ssl=tls)
    pool = Pool(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", {}, 5.0)
    try:
        if trusted:
            assert await whole(await pool.post(b"{}")) == b"Fine"
        else:
            with pytest.raises(ssl.SSLCertVerificationError):
                await pool.post(b"{}")
    finally:
        pool.close()
        server.close()
