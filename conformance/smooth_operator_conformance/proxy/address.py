"""Where the proxy listens and whom it stands before: addresses as the command line gives them."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

DEFAULT_PORTS = {"ws": 80, "http": 80, "wss": 443, "https": 443}


class BadAddress(ValueError):
    """An address that cannot be used; the message says which part and what would do."""


@dataclass(frozen=True, slots=True)
class Upstream:
    """The server behind the proxy."""

    host: str
    port: int
    secure: bool
    path: str
    """Where its WebSocket is; upgrades that ask for `/ws` or `/` are sent there."""
    query: str
    """Added to the query of every upgrade, e.g. a token; never shown."""

    @property
    def authority(self) -> str:
        """What stands in the `Host` header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = self.port == (443 if self.secure else 80)
        return host if usual else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"ws{'s' * self.secure}://{self.authority}{self.path}"

    def target(self, asked: str) -> str:
        """The request target of an upgrade that asked for `asked`."""
        path, _, query = asked.partition("?")
        path = self.path if path in ("/", "/ws") else path
        query = "&".join(part for part in (query, self.query) if part)
        return f"{path}?{query}" if query else path


def parse_upstream(text: str) -> Upstream:
    """`ws://host:port/ws`; raises BadAddress."""
    parts = urlsplit(text)
    try:
        port = parts.port
    except ValueError as error:
        raise BadAddress(f"--upstream: {error}") from error
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        raise BadAddress("--upstream is no address of a server; write ws://host:port/ws")
    return Upstream(
        host=parts.hostname,
        port=port or DEFAULT_PORTS[parts.scheme],
        secure=parts.scheme in ("wss", "https"),
        path=parts.path if parts.path not in ("", "/") else "/ws",
        query=parts.query,
    )


def parse_listen(text: str) -> tuple[str, int]:
    """`host:port`, port 0 for any free one; raises BadAddress."""
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65535:
        raise BadAddress(f"--listen {text!r} is no host:port; write for instance 127.0.0.1:0")
    return host.strip("[]"), int(port)
