"""A key set over HTTP: cached, refetched for new keys, serving on while its host is away."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from time import monotonic

import aiohttp
import jwt
from jwt.types import JWKDict
from yarl import URL

from smooth_operator_server.json_text import JsonError, read_json

_log = logging.getLogger(__name__)

FRESH_SECONDS = 600.0
STALE_SECONDS = 3600.0
UNKNOWN_PAUSE_SECONDS = 30.0
FAILURE_PAUSE_SECONDS = 5.0
FETCH_SECONDS = 5.0
LARGEST_SET = 1024 * 1024
_ALGORITHMS = {
    "RSA": ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    "EC": ("ES256", "ES384", "ES512", "ES256K"),
    "OKP": ("EdDSA",),
}
"""By kind of key, what it may say; one that says nothing means the usual one of its kind."""

Fetch = Callable[[], Awaitable[bytes]]


class KeySet:
    """Keys by id. `fetch` gives the set's JSON; `clock` counts seconds."""

    def __init__(self, fetch: Fetch, *, clock: Callable[[], float] = monotonic) -> None:
        self._fetch = fetch
        self._clock = clock
        self._keys: dict[str | None, jwt.PyJWK] = {}
        self._fetched: float | None = None
        self._fetches = 0
        self._unknown_asked = float("-inf")
        self._failed = float("-inf")
        self._lock = asyncio.Lock()

    async def key(self, key_id: str | None) -> jwt.PyJWK | None:
        """The key of a token's header, or None. Without an id only a set of one key answers."""
        before = self._fetches
        if not self._fresh():
            await self._refresh(self._fresh)
        found = self._find(key_id)
        if found is None and self._fetches == before and self._may_look_again():
            await self._refresh(lambda: self._find(key_id) is not None)
            found = self._find(key_id)
        return found

    def _may_look_again(self) -> bool:
        """One look for a key made since; whoever invents ids gets no more than that."""
        now = self._clock()
        if now - self._unknown_asked < UNKNOWN_PAUSE_SECONDS:
            return False
        self._unknown_asked = now
        return True

    def _find(self, key_id: str | None) -> jwt.PyJWK | None:
        if self._fetched is None:
            return None
        if self._clock() - self._fetched >= FRESH_SECONDS + STALE_SECONDS:
            return None
        if key_id is None and len(self._keys) == 1:
            return next(iter(self._keys.values()))
        return self._keys.get(key_id)

    def _fresh(self) -> bool:
        return self._fetched is not None and self._clock() - self._fetched < FRESH_SECONDS

    async def _refresh(self, done: Callable[[], bool]) -> None:
        """Fetch once, however many ask at the same time; after a failure not again at once."""
        async with self._lock:
            if done() or self._clock() - self._failed < FAILURE_PAUSE_SECONDS:
                return
            try:
                self._keys = read_keys(await self._fetch())
                self._fetched = self._clock()
                self._fetches += 1
            except (aiohttp.ClientError, TimeoutError, ValueError) as error:
                self._failed = self._clock()
                _log.warning(
                    "the key set could not be fetched: %s",
                    type(error).__name__,
                    extra={"event": "jwks_failed"},
                )


def read_keys(body: bytes) -> dict[str | None, jwt.PyJWK]:
    """The signing keys of a set; symmetric and unknown ones are passed over."""
    try:
        keys = read_json(body)["keys"]
    except (JsonError, LookupError, TypeError):
        raise ValueError("this is no key set") from None
    found: dict[str | None, jwt.PyJWK] = {}
    for entry in keys if isinstance(keys, list) else ():
        if isinstance(entry, dict) and (key := _read_key(entry)) is not None:
            key_id = entry.get("kid")
            found[key_id if isinstance(key_id, str) else None] = key
    return found


def _read_key(entry: JWKDict) -> jwt.PyJWK | None:
    """The key fixes the algorithm: what it says, else the usual one of its kind."""
    algorithms = _ALGORITHMS.get(str(entry.get("kty")), ())
    algorithm = entry.get("alg")
    if not algorithms or algorithm not in (None, *algorithms) or entry.get("use", "sig") != "sig":
        return None
    try:
        return jwt.PyJWK(entry, algorithm=algorithm)
    except (jwt.PyJWTError, ValueError, TypeError):
        return None


class HttpKeySource:
    """Fetches a key set; redirects and more than 1 MiB are refused."""

    def __init__(self, url: str) -> None:
        self._url = URL(url)
        self._session: aiohttp.ClientSession | None = None

    async def __call__(self) -> bytes:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(force_close=True),
                timeout=aiohttp.ClientTimeout(total=FETCH_SECONDS),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        async with self._session.get(self._url, allow_redirects=False) as response:
            if response.status != 200:
                raise ValueError(f"HTTP {response.status}")
            body = await response.content.read(LARGEST_SET + 1)
            while not response.content.at_eof() and len(body) <= LARGEST_SET:
                body += await response.content.read(LARGEST_SET + 1 - len(body))
            if len(body) > LARGEST_SET:
                raise ValueError("more than 1 MiB")
            return body

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None
