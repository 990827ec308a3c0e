"""Delivery of one-time codes by a service over HTTP (decisions 4.5)."""

from __future__ import annotations

import asyncio

import aiohttp
import orjson
from yarl import URL

from smooth_operator_server.otp.base import OtpNotSent

SEND_SECONDS = 10.0


class HttpOtp:
    """POSTs `{sessionId, channel, destination, code}` to `url`; any 2xx means sent.

    Raises `ValueError` when the URL cannot be used.
    """

    def __init__(self, url: str, *, seconds: float = SEND_SECONDS) -> None:
        self._url = URL(url.strip())
        if self._url.scheme not in ("http", "https") or not self._url.host:
            raise ValueError("the OTP URL is no http or https URL")
        self._seconds = seconds
        self._session: aiohttp.ClientSession | None = None

    async def send(self, *, session_id: str, channel: str, destination: str, code: str) -> None:
        body = orjson.dumps(
            {
                "sessionId": session_id,
                "channel": channel,
                "destination": destination,
                "code": code,
            }
        )
        # No error is chained: an HTTP client's may quote what was sent.
        try:
            async with asyncio.timeout(self._seconds):
                status = await self._post(body)
        except (TimeoutError, aiohttp.ClientError):
            raise OtpNotSent("the delivery service did not answer") from None
        if not 200 <= status < 300:
            raise OtpNotSent(f"the delivery service answered HTTP {status}")

    async def _post(self, body: bytes) -> int:
        if self._session is None:
            # A kept connection could be dead, and a code must not go out twice.
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, force_close=True),
                timeout=aiohttp.ClientTimeout(total=None),
                cookie_jar=aiohttp.DummyCookieJar(),
                skip_auto_headers=("User-Agent", "Accept-Encoding"),
            )
        headers = {"Content-Type": "application/json"}
        async with self._session.post(
            self._url, data=body, headers=headers, allow_redirects=False
        ) as response:
            return response.status

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None
