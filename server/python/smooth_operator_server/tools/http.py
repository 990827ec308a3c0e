"""Tools over HTTP: one POST a call, and every way it can go wrong as a fixed sentence."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

import aiohttp
import orjson
from aiohttp.abc import AbstractResolver
from smooth_operator.protocol import prompts
from yarl import URL

from smooth_operator_server.json_text import JsonError, read_json
from smooth_operator_server.tools.addresses import (
    AddressRefused,
    GuardedResolver,
    refuse_literal,
)
from smooth_operator_server.tools.base import ToolContext, ToolResult

_log = logging.getLogger(__name__)

LARGEST_ANSWER = 1024 * 1024
TRIES = 3
PAUSE_SECONDS = 0.1


class Endpoint(Protocol):
    """Where a tool is called; header values are secret."""

    @property
    def url(self) -> str: ...
    @property
    def headers(self) -> Mapping[str, str]: ...


class Spec(Protocol):
    """A tool as the agents file has it."""

    @property
    def name(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def parameters(self) -> Mapping[str, Any]: ...
    @property
    def auth_level(self) -> str | None: ...
    @property
    def timeout_ms(self) -> int: ...
    @property
    def http(self) -> Endpoint: ...


class Owner(Protocol):
    """An agent with tools."""

    @property
    def id(self) -> str: ...
    @property
    def tools(self) -> Sequence[Spec]: ...


class _Failed(Exception):
    """The call has no answer; the text is what the model reads."""


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
        """The body of a 200 answer. Raises `_Failed`."""
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
        raise _Failed(reason) from None

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
                raise _Failed(prompts.tool_bad_status(tool=spec.name))
            answer = bytearray()
            async for piece in response.content.iter_any():
                answer += piece
                if len(answer) > LARGEST_ANSWER:
                    response.close()
                    raise _Failed(prompts.tool_too_large(tool=spec.name))
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


class HttpTool:
    """A tool of the agents file (`Tool`)."""

    def __init__(self, spec: Spec, caller: Caller) -> None:
        self._spec = spec
        self._caller = caller

    @property
    def name(self) -> str:
        return self._spec.name

    @property
    def description(self) -> str:
        return self._spec.description

    @property
    def parameters(self) -> Mapping[str, Any]:
        return self._spec.parameters

    @property
    def auth_level(self) -> str | None:
        return self._spec.auth_level

    async def call(self, arguments: Mapping[str, Any], context: ToolContext) -> ToolResult:
        try:
            body = invocation(self.name, arguments, context)
            return outcome(self.name, await self._caller.post(self._spec, body, context.call_id))
        except _Failed as failure:
            _log.warning(
                "tool call failed: %s",
                failure,
                extra={"event": "tool_failed", "keys": {"requestId": context.request_id}},
            )
            return ToolResult(str(failure), is_error=True)


class HttpTools:
    """The agents file's tools (`ToolProvider`)."""

    def __init__(self, agents: Iterable[Owner], *, caller: Caller | None = None) -> None:
        self._caller = caller or Caller()
        self._tools = {
            agent.id: tuple(HttpTool(spec, self._caller) for spec in agent.tools)
            for agent in agents
        }

    def tools(self, agent_id: str) -> Sequence[HttpTool]:
        return self._tools.get(agent_id, ())

    async def close(self) -> None:
        await self._caller.close()


def invocation(name: str, arguments: Mapping[str, Any], context: ToolContext) -> bytes:
    """The request body, keys in the contract's order."""
    body: dict[str, Any] = {
        "callId": context.call_id,
        "toolName": name,
        "agentId": context.agent_id,
        "organizationId": context.organization_id,
        "conversationId": context.conversation_id,
        "sessionId": context.session_id,
        "requestId": context.request_id,
        "user": context.user,
    }
    if context.files:
        body["files"] = context.files
    body["arguments"] = arguments
    return orjson.dumps(body, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError


def outcome(name: str, body: bytes) -> ToolResult:
    """What a 200 answer says. Raises `_Failed` when it is no tool's answer."""
    try:
        answer = read_json(body)
    except JsonError:
        answer = None
    if not isinstance(answer, dict):
        raise _Failed(prompts.tool_bad_result(tool=name))
    text, is_error = answer.get("result"), answer.get("isError", False)
    directive = answer.get("directive")
    if (
        not isinstance(text, str)
        or not isinstance(is_error, bool | None)
        or not isinstance(directive, dict | None)
    ):
        raise _Failed(prompts.tool_bad_result(tool=name))
    return ToolResult(text, bool(is_error), directive)
