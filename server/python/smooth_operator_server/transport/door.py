"""The door: who may knock at all. Hosts, origins, tokens and connection counts (decisions §7)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers, QueryParams

from smooth_operator_server.auth.base import Principal
from smooth_operator_server.settings import Settings, is_loopback

SUBPROTOCOL = "smooth-operator.v1"
_BEARER = "bearer."
ANONYMOUS_PER_PEER = 100


@dataclass(frozen=True, slots=True)
class Token:
    """What an upgrade brought. `text` None: nothing."""

    text: str | None


def token_of(headers: Headers, subprotocols: Sequence[str], query: QueryParams) -> Token:
    """The first transport that carries one decides: header, subprotocol, query."""
    scheme, _, value = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and value.strip():
        return Token(value.strip())
    for offered in subprotocols:
        if offered.startswith(_BEARER) and len(offered) > len(_BEARER):
            return Token(offered[len(_BEARER) :])
    return Token(query.get("token", "").strip() or None)


def admits(settings: Settings, headers: Headers) -> bool:
    """No web page may drive a laptop's agent: checks `Host` and `Origin` where nobody signs in."""
    if settings.owned or not is_loopback(settings.bind):
        return True
    host = headers.get("host", "")
    if not (is_loopback(_hostname(f"//{host}")) or _listed(host, settings.allowed_hosts)):
        return False
    origin = headers.get("origin")
    if origin is None:
        return True
    return is_loopback(_hostname(origin)) or _listed(origin, settings.allowed_origins)


def _hostname(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _listed(value: str, allowed: Sequence[str]) -> bool:
    name = _hostname(value if "//" in value else f"//{value}")
    return value in allowed or (bool(name) and "//" not in value and name in allowed)


class Occupancy:
    """How many connections each principal, or anonymous peer, holds."""

    def __init__(self, settings: Settings) -> None:
        self._counted = settings.owned
        self._per_principal = settings.connections_per_principal
        self._held: Counter[tuple[str, ...]] = Counter()

    def enter(self, principal: Principal | None, peer: str) -> tuple[str, ...] | None:
        """A key to leave with, or None when there are too many."""
        if principal is None:
            key: tuple[str, ...] = (peer,)
            most = ANONYMOUS_PER_PEER
        else:
            key = (principal.organization_id, principal.subject)
            most = self._per_principal
        if self._counted and self._held[key] >= most:
            return None
        self._held[key] += 1
        return key

    def leave(self, key: tuple[str, ...]) -> None:
        self._held[key] -= 1
        if self._held[key] <= 0:
            del self._held[key]
