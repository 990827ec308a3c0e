"""Delivery of one-time codes by a service over HTTP (decisions 4.5)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import orjson

from smooth_operator_server.otp.base import OtpNotSent

if TYPE_CHECKING:
    import aiohttp

SEND_SECONDS = 10.0


class HttpOtp:
    """POSTs `{sessionId, channel, destination, code}` to `url`; any 2xx means sent.

    Raises `ValueError` when the URL cannot be used.
    """

    def __init__(self, url: str, *, seconds: float = SEND_SECONDS) -> None:
        self._url = url.strip()
        if not _is_http(self._url):
            raise ValueError("SMOOTH_AGENT_OTP_URL is no http or https URL")
        self._seconds = seconds
        self._session: aiohttp.ClientSession | None = None

    def _open(self) -> aiohttp.ClientSession:
        """aiohttp is imported at the first code: it would cost every start a third of its time."""
        import aiohttp

        # A kept connection could be dead, and a code must not go out twice.
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, force_close=True),
            timeout=aiohttp.ClientTimeout(total=None),
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=("User-Agent", "Accept-Encoding"),
        )

    async def send(self, *, session_id: str, channel: str, destination: str, code: str) -> None:
        body = orjson.dumps(
            {
                "sessionId": session_id,
                "channel": channel,
                "destination": destination,
                "code": code,
            }
        )
        if self._session is None:
            self._session = self._open()
        try:
            async with asyncio.timeout(self._seconds):
                status = await self._post(self._session, body)
        except _unanswered():
            # Not chained: an HTTP client's error may quote what was sent.
            raise OtpNotSent("the delivery service did not answer") from None
        if not 200 <= status < 300:
            raise OtpNotSent(f"the delivery service answered HTTP {status}")

    async def _post(self, session: aiohttp.ClientSession, body: bytes) -> int:
        headers = {"Content-Type": "application/json"}
        async with session.post(
            self._url, data=body, headers=headers, allow_redirects=False
        ) as response:
            return response.status

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None


def _is_http(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _unanswered() -> tuple[type[Exception], ...]:
    from aiohttp import ClientError

    return (TimeoutError, ClientError)
