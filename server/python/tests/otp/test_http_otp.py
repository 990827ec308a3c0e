"""Delivering a code over HTTP."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from smooth_operator_server.otp.base import OtpNotSent
from smooth_operator_server.otp.http import HttpOtp

CODE = "424242"


class Service:
    def __init__(self) -> None:
        self.port = 0
        self.status = 200
        self.hold = False
        self.bodies: list[bytes] = []

    async def handle(self, request: web.BaseRequest) -> web.Response:
        self.bodies.append(await request.read())
        if self.hold:
            await asyncio.Event().wait()
        return web.Response(status=self.status, headers={"Location": "/x"})


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    service = Service()
    runner = web.ServerRunner(web.Server(service.handle, handler_cancellation=True))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    service.port = runner.addresses[0][1]
    yield service
    await runner.cleanup()


async def send(otp: HttpOtp) -> None:
    try:
        await otp.send(session_id="s", channel="email", destination="p@x.example", code=CODE)
    finally:
        await otp.close()


@pytest.mark.parametrize("status", [200, 202, 204])
async def test_sent(service: Service, status: int) -> None:
    service.status = status
    await send(HttpOtp(f"http://127.0.0.1:{service.port}/otp"))
    assert [list(json.loads(body).items()) for body in service.bodies] == [
        [("sessionId", "s"), ("channel", "email"), ("destination", "p@x.example"), ("code", CODE)]
    ]


@pytest.mark.parametrize("status", [302, 400, 429, 500])
async def test_not_sent(service: Service, status: int) -> None:
    service.status = status
    with pytest.raises(OtpNotSent, match=str(status)) as caught:
        await send(HttpOtp(f"http://127.0.0.1:{service.port}/otp"))
    assert CODE not in str(caught.value)
    assert len(service.bodies) == 1


async def test_no_answer_in_time(service: Service) -> None:
    service.hold = True
    with pytest.raises(OtpNotSent):
        await send(HttpOtp(f"http://127.0.0.1:{service.port}/otp", seconds=0.05))


async def test_nobody_there(service: Service) -> None:
    with pytest.raises(OtpNotSent) as caught:
        await send(HttpOtp("http://127.0.0.1:1/otp"))
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("url", ["", "otp", "ftp://x"])
def test_bad_urls(url: str) -> None:
    with pytest.raises(ValueError, match="SMOOTH_AGENT_OTP_URL"):
        HttpOtp(url)
