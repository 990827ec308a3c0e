"""The HTTP side of tools: one POST a call, retried only where nothing was opened."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver
from smooth_operator.protocol import prompts
from yarl import URL

from smooth_operator_server.tools.addresses import (
    AddressRefused,
    GuardedResolver,
    refuse_literal,
)
from smooth_operator_server.tools.spec import Failed, Spec

LARGEST_ANSWER = 1024 * 1024
TRIES = 3
PAUSE_SECONDS = 0.1


class Caller:
    """The HTTP session that all tools share.

    Every call opens its own connection: a kept one could turn out dead after the request was
    written, and such a call must not be repeated.
    """

    def __init__(
        self,
        *,
        resolver: AbstractResolver | None = None,
        sleep: Callable[[float], Awaitable[Any]] = asyncio.sleep,
    ) -> None:
        self._resolver = resolver
        self._sleep = sleep
        self._session: aiohttp.ClientSession | None = None

    async def post(self, spec: Spec, body: bytes, call_id: str) -> bytes:
        """The body of a 200 answer. Raises `Failed`."""
        try:
            async with asyncio.timeout(spec.timeout_ms / 1000):
                return await self._tries(spec, body, call_id)
        except TimeoutError:
            reason = prompts.tool_timed_out(tool=spec.name)
        except AddressRefused:
            reason = prompts.tool_address_refused(tool=spec.name)
        except aiohttp.ClientError as error:
            refused = isinstance(getattr(error, "os_error", None), AddressRefused)
            text = prompts.tool_address_refused if refused else prompts.tool_unreachable
            reason = text(tool=spec.name)
        raise Failed(reason) from None

    async def _tries(self, spec: Spec, body: bytes, call_id: str) -> bytes:
        url = URL(spec.http.url)
        refuse_literal(url.host or "")
        headers = {
            **spec.http.headers,
            "Content-Type": "application/json",
            "Idempotency-Key": call_id,
        }
        for tries in range(1, TRIES + 1):
            try:
                return await self._once(spec, url, body, headers)
            except aiohttp.ClientConnectorError as error:
                if tries == TRIES or not _nothing_opened(error):
                    raise
            await self._sleep(PAUSE_SECONDS * tries)
        raise AssertionError  # the last try returned or raised

    async def _once(self, spec: Spec, url: URL, body: bytes, headers: dict[str, str]) -> bytes:
        session = self._session or self._open()
        async with session.post(url, data=body, headers=headers, allow_redirects=False) as response:
            if response.status != 200:
                raise Failed(prompts.tool_bad_status(tool=spec.name))
            answer = bytearray()
            async for piece in response.content.iter_any():
                answer += piece
                if len(answer) > LARGEST_ANSWER:
                    response.close()
                    raise Failed(prompts.tool_too_large(tool=spec.name))
            return bytes(answer)

    def _open(self) -> aiohttp.ClientSession:
        """The session is made inside the running loop, at the first call."""
        resolver = self._resolver or aiohttp.DefaultResolver()
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=0, force_close=True, resolver=GuardedResolver(resolver), use_dns_cache=False
            ),
            timeout=aiohttp.ClientTimeout(total=None),
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=("User-Agent", "Accept-Encoding"),
            auto_decompress=False,
        )
        return self._session

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None


def _nothing_opened(error: aiohttp.ClientConnectorError) -> bool:
    """A refused address stays refused, and a failed handshake had its connection."""
    return not isinstance(error, aiohttp.ClientSSLError) and not isinstance(
        error.os_error, AddressRefused
    )
