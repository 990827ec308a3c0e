"""HTTP requests to the server under test: the verb `get`, the readiness probe."""

from __future__ import annotations

import asyncio
import contextlib
import re
from typing import Any

import aiohttp
import orjson

Json = Any
PAUSE = 0.01
"""Seconds between two looks of an `until`."""


class Web:
    """One client session for a run; `close` it at the end."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(force_close=True)
            self._session = aiohttp.ClientSession(connector=connector)
        return self._session

    async def close(self) -> None:
        """Drop the session."""
        if self._session is not None:
            await self._session.close()

    async def get(self, base: str, args: dict[str, Json], seconds: float) -> Json:
        """`{status, body, headers}` of a `get` step; `until: false` when it never held."""
        end = asyncio.get_running_loop().time() + seconds
        while True:
            answer = await self._once(base, args, seconds)
            if "until" not in args or holds(args["until"], answer):
                return answer
            if asyncio.get_running_loop().time() > end:
                return {**answer, "until": False}
            await asyncio.sleep(PAUSE)

    async def _once(self, base: str, args: dict[str, Json], seconds: float) -> dict[str, Json]:
        timeout = aiohttp.ClientTimeout(total=seconds)
        method = args.get("method", "GET")
        headers = args.get("headers")
        try:
            async with self._client().request(
                method, base + args["path"], headers=headers, timeout=timeout
            ) as response:
                raw = await response.read()
                names = {k.lower(): v for k, v in response.headers.items()}
                return {"status": response.status, "body": _body(raw, names), "headers": names}
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return {"status": "connection", "body": str(error), "headers": {}}

    async def is_ready(self, host: str, port: int, path: str) -> bool:
        """Whether the path answers 200; without a path, whether anything answers HTTP there.

        Listening is not enough: some servers open their port, close it and open it again.
        """
        answer = await self._once(f"http://{host}:{port}", {"path": path or "/"}, 2.0)
        return bool(answer["status"] == 200 if path else answer["status"] != "connection")


def _body(raw: bytes, headers: dict[str, str]) -> Json:
    if "json" in headers.get("content-type", ""):
        with contextlib.suppress(orjson.JSONDecodeError):
            return orjson.loads(raw)
    return raw.decode("utf-8", "replace")


def holds(until: dict[str, Json], answer: dict[str, Json]) -> bool:
    """Whether an answer is what an `until` waits for."""
    if "status" in until and answer["status"] != until["status"]:
        return False
    if "metric" in until:
        value = metric(str(answer["body"]), until["metric"])
        if "gte" in until and (value is None or value < until["gte"]):
            return False
        if "equals" in until and value != until["equals"]:
            return False
    return True


def metric(text: str, wanted: str) -> float | None:
    """The value of one sample of a Prometheus exposition; labels in any order."""
    name, labels = _sample(wanted)
    for line in text.splitlines():
        if line.startswith("#") or not line.strip():
            continue
        sample, _, value = line.rpartition(" ")
        if _sample(sample) == (name, labels):
            return float(value)
    return None


def _sample(text: str) -> tuple[str, frozenset[tuple[str, str]]]:
    name, _, rest = text.strip().partition("{")
    return name, frozenset(re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', rest))
