"""The one file that knows the WebSocket library: opens a socket and shows it as a Transport."""

from __future__ import annotations

import builtins
import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, InvalidURI, WebSocketException
from websockets.typing import Origin, Subprotocol

from ._errors import ConnectError, TimeoutError
from ._transport import TransportClosed


@dataclass(frozen=True, slots=True)
class SocketOptions:
    """Limits and timers of one socket; sizes in bytes, durations in seconds."""

    open_timeout: float
    close_timeout: float
    max_inbound: int
    ping_interval: float | None
    ping_timeout: float | None


class _Connect(connect):
    """Follows no redirect: a token must not travel to a host that nobody named."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


class WebSocketTransport:
    """A Transport over one open WebSocket."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket

    @property
    def subprotocol(self) -> str | None:
        """The subprotocol that the server selected."""
        return self._socket.subprotocol

    async def send(self, text: str) -> None:
        try:
            await self._socket.send(text)
        except ConnectionClosed as exc:
            raise _closed(exc) from exc

    async def recv(self) -> str | bytes:
        try:
            return await self._socket.recv()
        except ConnectionClosed as exc:
            raise _closed(exc) from exc

    async def close(self, code: int = 1000, reason: str = "") -> None:
        await self._socket.close(code, reason)


async def open_socket(
    url: str,
    *,
    headers: Mapping[str, str],
    subprotocols: Sequence[str],
    origin: str | None,
    options: SocketOptions,
) -> WebSocketTransport:
    """Open `url`. Raises ConnectError (with the HTTP status of a refusal) or TimeoutError."""
    try:
        socket = await _Connect(
            url,
            additional_headers=dict(headers),
            subprotocols=[Subprotocol(name) for name in subprotocols] or None,
            origin=None if origin is None else Origin(origin),
            open_timeout=options.open_timeout,
            close_timeout=options.close_timeout,
            max_size=options.max_inbound,
            ping_interval=options.ping_interval,
            ping_timeout=options.ping_timeout,
            compression=None,
            proxy=None if _is_loopback(url) else True,
        )
    except InvalidStatus as exc:
        status = exc.response.status_code
        raise ConnectError(
            f"the server refused the upgrade with HTTP {status}", http_status=status
        ) from exc
    except builtins.TimeoutError as exc:
        raise TimeoutError(
            f"no connection within {options.open_timeout:g} s", kind="connect"
        ) from exc
    except (InvalidURI, ValueError):  # their texts repeat the URL, which may hold a token
        raise ConnectError("the URL is no usable ws:// or wss:// URL") from None
    except (OSError, WebSocketException, EOFError) as exc:
        raise ConnectError(f"cannot connect: {exc}") from exc
    return WebSocketTransport(socket)


def _closed(exc: ConnectionClosed) -> TransportClosed:
    # When this side closed first (a missed pong: 1011), no frame of the peer says why.
    close = exc.rcvd or exc.sent
    return TransportClosed(close.code, close.reason) if close else TransportClosed(1006)


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
