"""HTTP heads on their way through: what is changed in a request, and what a response says.

Two header fields of a request are changed, both because a proxy stands there: `Host`, which names
the server that is asked, and `Sec-WebSocket-Extensions`, which is left out, so that frames stay
readable. A plain request also gets `Connection: close`: one request, one connection.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from smooth_operator_conformance.proxy.address import Upstream

LONGEST_HEAD = 65_536
END = b"\r\n\r\n"
_DROPPED = {"host", "sec-websocket-extensions"}


class BadHead(ValueError):
    """Bytes that are no HTTP head."""


@dataclass(frozen=True, slots=True)
class Head:
    """A start line and its header fields, in order, as they came."""

    start: str
    fields: tuple[tuple[str, str], ...]

    def values(self, name: str) -> list[str]:
        """Every value of a field, whatever the case of its name."""
        return [value for key, value in self.fields if key.lower() == name]

    @property
    def target(self) -> str:
        """What a request asks for."""
        return self.start.split(" ")[1]

    @property
    def method(self) -> str:
        return self.start.split(" ")[0]

    @property
    def status(self) -> int:
        """The status of a response."""
        return int(self.start.split(" ")[1])

    @property
    def upgrade(self) -> bool:
        """Whether a request asks for a WebSocket."""
        return any(value.lower() == "websocket" for value in self.values("upgrade"))

    @property
    def subprotocols(self) -> list[str]:
        """Subprotocols offered, or the one selected."""
        offered = ",".join(self.values("sec-websocket-protocol"))
        return [name.strip() for name in offered.split(",") if name.strip()]


def parse_head(data: bytes) -> Head:
    """A head up to and without its blank line; raises BadHead."""
    start, *lines = data.decode("latin-1").split("\r\n")
    if len(start.split(" ")) < 2:
        raise BadHead(f"{start[:80]!r} is no HTTP start line")
    fields = []
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon:
            raise BadHead(f"{line[:40]!r} is no header field")
        fields.append((name, value.strip()))
    return Head(start, tuple(fields))


def parse_response(data: bytes) -> Head:
    """The head of a response, with a status that is a number; raises BadHead."""
    head = parse_head(data)
    if not head.start.startswith("HTTP/") or not head.start.split(" ")[1].isdigit():
        raise BadHead(f"{head.start[:80]!r} is no HTTP status line")
    return head


def forwarded(head: Head, upstream: Upstream) -> bytes:
    """The bytes that go to the server instead of a request's head."""
    method, asked, *version = head.start.split(" ")
    target = upstream.target(asked) if head.upgrade else asked
    lines = [" ".join([method, target, *version]), f"Host: {upstream.authority}"]
    lines.extend(f"{name}: {value}" for name, value in _kept(head))
    if not head.upgrade:
        lines.append("Connection: close")
    return ("\r\n".join(lines)).encode("latin-1") + END


def _kept(head: Head) -> Iterator[tuple[str, str]]:
    dropped = _DROPPED if head.upgrade else _DROPPED | {"connection", "keep-alive"}
    return (field for field in head.fields if field[0].lower() not in dropped)
