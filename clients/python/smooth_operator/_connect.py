"""The front door: `connect` and what it gives back before the connection stands."""

from __future__ import annotations

from collections.abc import Collection, Generator, Mapping
from typing import Any

from ._backoff import Reconnect
from ._client import KINDS, Client, Options
from ._credentials import Token, TokenTransport
from ._transport import Dialer

_DEFAULT_RECONNECT = Reconnect()


class Connecting:
    """A connection about to be made: `await` it for the Client, or enter it to close it too."""

    def __init__(self, url: str, options: Options) -> None:
        self._url = url
        self._options = options
        self._client: Client | None = None

    def __await__(self) -> Generator[Any, None, Client]:
        return self._open().__await__()

    async def __aenter__(self) -> Client:
        self._client = await self._open()
        return self._client

    async def __aexit__(self, *exc: object) -> None:
        assert self._client is not None
        await self._client.close()

    async def _open(self) -> Client:
        return await Client(self._url, self._options).open()


def connect(
    url: str,
    *,
    token: Token | None = None,
    token_transport: TokenTransport = "auto",
    headers: Mapping[str, str] | None = None,
    origin: str | None = None,
    hello: bool = True,
    kinds: Collection[str] = KINDS,
    connect_timeout: float = 10.0,
    close_timeout: float = 5.0,
    request_timeout: float = 30.0,
    turn_idle_timeout: float | None = 120.0,
    park_timeout: float | None = None,
    ping_interval: float | None = 20.0,
    ping_timeout: float | None = 20.0,
    max_inbound_bytes: int = 2**20,
    max_outbound_bytes: int = 2**23,
    max_message_chars: int = 9_999,
    reconnect: Reconnect | None = _DEFAULT_RECONNECT,
    dial: Dialer | None = None,
) -> Connecting:
    """Connect to `url` (`ws`, `wss`, `http` or `https`; a bare host gets the path `/ws`).

    Durations are seconds. Use it as `async with connect(url) as client`, or `await connect(url)`
    and `client.close()`; either raises ConnectError, ServerError, ClosedError or TimeoutError
    when the first connection fails.

    token: who the caller is; a callback is asked again for each connection and each renewal.
    token_transport: how it travels; `auto` fits our servers and the published ones.
    hello: introduce this client first; turn it off only for servers that choke on it.
    kinds: the interactions the app can show; others are declined for it.
    close_timeout: how long a peer may take to answer a close.
    turn_idle_timeout: silence after which a running turn fails, None for never.
    park_timeout: how long a prompt may stay open before its turn fails; by default the server's
        own time and a little more.
    ping_interval, ping_timeout: heartbeat of the socket, None for none.
    max_message_chars: the longest message that is sent. Published schemas know no more than 10,000
        code points; our servers take what `client.hello.limits` says.
    reconnect: the policy after a lost connection, None for no reconnecting.
    dial: opens transports in place of WebSockets; for tests and tunnels.
    """
    return Connecting(
        url,
        Options(
            token=token,
            token_transport=token_transport,
            headers=headers or {},
            origin=origin,
            hello=hello,
            kinds=kinds,
            connect_timeout=connect_timeout,
            close_timeout=close_timeout,
            request_timeout=request_timeout,
            turn_idle_timeout=turn_idle_timeout,
            park_timeout=park_timeout,
            ping_interval=ping_interval,
            ping_timeout=ping_timeout,
            max_inbound_bytes=max_inbound_bytes,
            max_outbound_bytes=max_outbound_bytes,
            max_message_chars=max_message_chars,
            reconnect=reconnect,
            dial=dial,
        ),
    )
