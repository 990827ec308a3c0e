"""Opens sockets: fetches the token, chooses how it travels, falls back where a server is old."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit, urlunsplit

from ._credentials import Token, TokenTransport, fetch, offer
from ._errors import ConnectError
from ._websocket import SocketOptions, WebSocketTransport, open_socket

_UNAUTHORIZED = 401


def endpoint(url: str) -> str:
    """The WebSocket URL meant by `url`: `http` becomes `ws`, a bare host gets the path `/ws`."""
    parts = urlsplit(url)
    scheme = {"http": "ws", "https": "wss"}.get(parts.scheme, parts.scheme)
    path = "/ws" if parts.path in ("", "/") else parts.path
    return urlunsplit(parts._replace(scheme=scheme, path=path, fragment=""))


async def fetch_token(token: Token | None) -> str | None:
    """The token's text now. Raises ConnectError when the callback fails."""
    try:
        return await fetch(token)
    except Exception as exc:
        raise ConnectError("the token callback failed") from exc


class SocketDialer:
    """A Dialer for one endpoint. Remembers which way of sending the token worked."""

    def __init__(
        self,
        url: str,
        *,
        token: Token | None,
        token_transport: TokenTransport,
        headers: Mapping[str, str],
        origin: str | None,
        options: SocketOptions,
    ) -> None:
        self._url = endpoint(url)
        self._token = token
        self._way = token_transport
        self._headers = headers
        self._origin = origin
        self._options = options

    async def __call__(self) -> WebSocketTransport:
        token = await fetch_token(self._token)
        if token is None or self._way != "auto":
            return await self._open(token, self._way)
        return await self._open_any_way(token)

    async def _open_any_way(self, token: str) -> WebSocketTransport:
        """Servers that select our subprotocol read the token beside it; others want the query."""
        try:
            transport = await self._open(token, "auto")
        except ConnectError as exc:
            if exc.http_status != _UNAUTHORIZED:
                raise
        else:
            if transport.subprotocol is not None:
                return transport
            await transport.close()
        transport = await self._open(token, "query")
        self._way = "query"
        return transport

    async def _open(self, token: str | None, way: TokenTransport) -> WebSocketTransport:
        wanted = offer(self._url, token, way)
        return await open_socket(
            wanted.url,
            headers={**self._headers, **wanted.headers},
            subprotocols=wanted.subprotocols,
            origin=self._origin,
            options=self._options,
        )
