"""An OpenAI-compatible gateway over HTTP: one request a try, and when to try again."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import suppress
from email.utils import parsedate_to_datetime
from functools import cache
from itertools import count
from random import random
from time import time
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit, urlunsplit

import orjson

from smooth_operator_server.engine.model import Finished, ModelDelta, ModelError, ModelRequest
from smooth_operator_server.models.sse import SseReader
from smooth_operator_server.models.stream import (
    BadStream,
    CompletionAssembler,
    StreamDelta,
    read_completion,
)

if TYPE_CHECKING:
    from smooth_operator_server.models.answer import Answer
    from smooth_operator_server.models.pool import Pool

_OURS = frozenset({"model", "messages", "tools", "stream", "stream_options"})
_COST_HEADER = "x-litellm-response-cost"


class _Failure(Exception):
    """One try failed. `retry_after` in seconds: what the gateway asked for, if it did."""

    def __init__(self, text: str, *, again: bool = True, retry_after: float | None = None) -> None:
        super().__init__(text)
        self.again = again
        self.retry_after = retry_after


# Nobody needs HTTP before the first turn: it is imported by `_open`, and `except` looks its errors
# up only when something was raised.


@cache
def _cuts() -> tuple[type[Exception], ...]:
    from smooth_operator_server.models.answer import HttpError

    return (HttpError, OSError)  # TimeoutError is one of these


@cache
def _failures() -> tuple[type[Exception], ...]:
    return (_Failure, BadStream, *_cuts())


class GatewayModel:
    """Speaks chat completions to `base_url` (with the version: `https://host/v1`).

    Retries follow decisions 3.7: until the first delta every failure but a 4xx other than 429
    is tried again with the same body, `attempts` tries in all. `idle_seconds` of silence end a
    try; `backoff_seconds` doubles from try to try, with jitter (`jitter()` in 0..1), unless a
    `Retry-After` says otherwise. The key
    is never part of an error. Raises `ValueError` when the URL or the key cannot be used.
    """

    def __init__(
        self,
        base_url: str,
        key: str | None = None,
        *,
        attempts: int = 3,
        idle_seconds: float = 60.0,
        backoff_seconds: float = 0.5,
        sleep: Callable[[float], Awaitable[Any]] = asyncio.sleep,
        jitter: Callable[[], float] = random,
        clock: Callable[[], float] = time,
    ) -> None:
        self._url = _completions_url(base_url)
        self._headers = {"Content-Type": "application/json"}
        if key:
            if not (key.isascii() and key.isprintable()):
                raise ValueError("SMOOAI_GATEWAY_KEY holds characters that no header can carry")
            if "@" in urlsplit(self._url).netloc:
                raise ValueError("SMOOAI_GATEWAY_URL holds credentials: leave them or the key out")
            self._headers["Authorization"] = f"Bearer {key}"
        self._attempts = attempts
        self._idle = idle_seconds
        self._backoff = backoff_seconds
        self._sleep = sleep
        self._jitter = jitter
        self._clock = clock
        self._pool: Pool | None = None
        self._retries = 0

    @property
    def configured(self) -> bool:
        return True

    def retries_total(self) -> int:
        return self._retries

    def warm(self) -> None:
        """Import what the first call needs; for a thread, once the server answers."""
        import smooth_operator_server.models.pool  # noqa: F401

        _failures()

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelDelta, None]:
        """Stream one answer; closing the iterator closes the HTTP request at once."""
        body = encode_body(request, stream=True)
        for tries in count(1):
            reading = _Reading()
            try:
                reading.response = await self._post(body)
                while deltas := await reading.more():
                    for delta in deltas:
                        yield delta
                yield reading.finished()
                return
            except _failures() as error:
                wait = self._wait(error, tries, started=reading.assembler.started)
            finally:
                self._let_go(reading)
            await self._sleep(wait)

    async def complete(self, request: ModelRequest) -> Finished:
        """One answer without streaming; retried like a stream that has not begun."""
        body = encode_body(request, stream=False)
        for tries in count(1):
            try:
                response = await self._post(body)
                try:
                    pieces = []
                    while piece := await response.read():
                        pieces.append(piece)
                except BaseException:
                    response.abort()
                    raise
                return read_completion(b"".join(pieces), response.headers.get(_COST_HEADER))
            except _failures() as error:
                wait = self._wait(error, tries, started=False)
            await self._sleep(wait)
        raise AssertionError  # the count has no end

    async def _post(self, body: bytes) -> Answer:
        response = await (self._pool or self._open()).post(body)
        if response.status != 200:
            self._refuse(response)
        if response.headers.get("content-encoding", "identity") != "identity":
            response.abort()
            raise _Failure("the model gateway's answer is encoded, which was not asked for")
        return response

    def _refuse(self, response: Answer) -> NoReturn:
        response.linger()
        remedy = _REMEDIES.get(response.status, "")
        raise _Failure(
            f"the model gateway answered HTTP {response.status}{remedy}",
            again=response.status == 429 or not 400 <= response.status < 500,
            retry_after=retry_after(response.headers.get("retry-after"), self._clock()),
        )

    def _wait(self, error: Exception, tries: int, *, started: bool) -> float:
        """Seconds until the next try. Raises `ModelError` when there is none."""
        failure = _failure(error)
        if started or not failure.again or tries >= self._attempts:
            raise ModelError(str(failure)) from None
        self._retries += 1
        if failure.retry_after is not None:
            return failure.retry_after
        # Between half and all of it, so that many turns refused at once do not come back at once.
        return float(self._backoff * 2 ** (tries - 1)) * (0.5 + self._jitter() / 2)

    def _let_go(self, reading: _Reading) -> None:
        """Close an unfinished request; keep the connection of a whole one for the next."""
        response = reading.response
        if response is None:
            return
        # After [DONE] only the end of the body is missing, and nobody has to wait for it.
        if reading.assembler.done:
            response.linger()
        else:
            response.abort()

    def _open(self) -> Pool:
        """The pool is made inside the running loop, at the first call."""
        from smooth_operator_server.models.pool import Pool

        self._pool = Pool(self._url, self._headers, self._idle)
        return self._pool

    async def close(self) -> None:
        if self._pool is not None:
            self._pool.close()
            self._pool = None


class _Reading:
    """One response being read: bytes, then events, then deltas."""

    __slots__ = ("_error", "_reader", "assembler", "response")

    def __init__(self) -> None:
        self.response: Answer | None = None
        self.assembler = CompletionAssembler()
        self._reader = SseReader()
        self._error: BadStream | None = None

    async def more(self) -> list[StreamDelta]:
        """The deltas that came together; empty at the end of the answer.

        What came before a fault is handed out first; the fault is raised by the next call.
        """
        assert self.response is not None
        assembler = self.assembler
        deltas: list[StreamDelta] = []
        while not deltas and not assembler.done:
            if self._error is not None:
                raise self._error
            try:
                piece = await self.response.read()
            except _cuts():
                if assembler.whole:
                    break
                raise
            if not piece:
                break
            try:
                for data in self._reader.feed(piece):
                    assembler.take(data, deltas)
            except BadStream as error:
                self._error = error
        return deltas

    def finished(self) -> Finished:
        assert self.response is not None
        if not self.assembler.whole:
            raise _Failure("the model's stream was cut")
        return self.assembler.finish(self.response.headers.get(_COST_HEADER))


def encode_body(request: ModelRequest, *, stream: bool) -> bytes:
    """The request body, keys in the contract's order (decisions §5)."""
    body: dict[str, Any] = {"model": request.model, "messages": request.messages}
    if stream:
        if request.tools:
            body["tools"] = request.tools
        body["stream"] = True
        body["stream_options"] = {"include_usage": True}
        body["max_tokens"] = request.max_tokens
    else:
        body["max_tokens"] = request.max_tokens
        body["stream"] = False
    for name, value in request.params.items():
        if name not in _OURS:
            body[name] = value
    return orjson.dumps(body, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError


def retry_after(value: str | None, now: float) -> float | None:
    """Seconds to wait, from a `Retry-After` header: a number of seconds or an HTTP date."""
    if value is None:
        return None
    if re.fullmatch(r"\s*\d{1,9}(\.\d+)?\s*", value, re.ASCII):
        return float(value)
    with suppress(ValueError, OverflowError):
        return max(0.0, parsedate_to_datetime(value).timestamp() - now)
    return None


def _failure(error: Exception) -> _Failure:
    """What went wrong in our own words: an HTTP client's errors may quote headers."""
    if isinstance(error, _Failure):
        return error
    if isinstance(error, BadStream):
        return _Failure(str(error))
    if isinstance(error, TimeoutError):
        return _Failure("the model gateway fell silent")
    return _Failure("the connection to the model gateway failed: check SMOOAI_GATEWAY_URL")


_REMEDIES = {
    401: ": check SMOOAI_GATEWAY_KEY",
    403: ": check SMOOAI_GATEWAY_KEY",
    404: ": check SMOOAI_GATEWAY_URL and the model's name",
}
"""What an operator who reads the log can do about it."""


def _completions_url(base_url: str) -> str:
    try:
        parts = urlsplit(base_url.strip())
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise ValueError("SMOOAI_GATEWAY_URL is no http or https URL")
    path = f"{parts.path.rstrip('/')}/chat/completions"
    return urlunsplit((parts.scheme, parts.netloc, path, parts.query, ""))
