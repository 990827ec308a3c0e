"""How a token is fetched and how it travels with the WebSocket upgrade."""

from __future__ import annotations

import inspect
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote, urlsplit, urlunsplit

Token = str | Callable[[], str | Awaitable[str]]
"""A token, or a callback that fetches a fresh one for every connection attempt."""

TokenTransport = Literal["auto", "header", "subprotocol", "query", "hello"]
"""Where the token travels.

`auto` offers it as a subprotocol (as a header when it holds letters that a subprotocol cannot) and
turns to the query string when the server shows that it reads neither. `hello` puts it into the
first frame, for servers that keep tokens out of the upgrade altogether.
"""

SUBPROTOCOL = "smooth-operator.v1"
_SUBPROTOCOL_SAFE = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


@dataclass(frozen=True, slots=True)
class Offer:
    """What one upgrade request carries."""

    url: str
    headers: dict[str, str] = field(default_factory=dict)
    subprotocols: tuple[str, ...] = ()


async def fetch(token: Token | None) -> str | None:
    """The token's text now; blank counts as none."""
    if callable(token):
        given = token()
        token = await given if inspect.isawaitable(given) else given
    return token.strip() or None if token else None


def offer(url: str, token: str | None, transport: TokenTransport) -> Offer:
    """The upgrade request that carries `token` by `transport`."""
    if token is None or transport == "hello":
        return Offer(url)
    if transport == "query":
        return Offer(_with_query(url, token))
    safe = _SUBPROTOCOL_SAFE.fullmatch(token) is not None
    if transport == "subprotocol" or (transport == "auto" and safe):
        return Offer(url, subprotocols=(SUBPROTOCOL, f"bearer.{token}"))
    offered = (SUBPROTOCOL,) if transport == "auto" else ()
    return Offer(url, headers={"Authorization": f"Bearer {token}"}, subprotocols=offered)


def _with_query(url: str, token: str) -> str:
    parts = urlsplit(url)
    joined = "&".join(filter(None, [parts.query, f"token={quote(token, safe='')}"]))
    return urlunsplit(parts._replace(query=joined))
