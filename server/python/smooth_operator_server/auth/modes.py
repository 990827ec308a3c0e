"""The modes of authentication: unset, `none`, `jwt`, `trusted` (wire facts §14)."""

from __future__ import annotations

import base64
import binascii
import ipaddress
from collections.abc import Callable, Sequence
from time import time
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from smooth_operator_server.auth.base import AuthVerifier, BadToken, Principal
from smooth_operator_server.auth.claims import LONGEST_TOKEN, principal_of, seconds
from smooth_operator_server.json_text import JsonError, read_json

if TYPE_CHECKING:
    from smooth_operator_server.auth.tokens import JwtVerifier

LOOPBACK = ("127.0.0.0/8", "::1")


class Secret(Protocol):
    def get_secret_value(self) -> str: ...


class AuthSettings(Protocol):
    """The settings that this room reads."""

    @property
    def auth_mode(self) -> str | None: ...
    @property
    def dev_org_id(self) -> str: ...
    @property
    def trusted_peers(self) -> Sequence[str]: ...
    @property
    def jwt_hs256_secret(self) -> Secret | None: ...
    @property
    def jwt_rs256_public_key(self) -> str | None: ...
    @property
    def jwt_jwks_url(self) -> str | None: ...
    @property
    def jwt_issuer(self) -> str | None: ...
    @property
    def jwt_audience(self) -> str | None: ...
    @property
    def jwt_leeway_seconds(self) -> float: ...


def make_verifier(settings: AuthSettings) -> AuthVerifier:
    """The verifier of the configured mode. Raises `ValueError` with one line for the operator."""
    if settings.auth_mode is None:
        return Unverified()
    if settings.auth_mode == "none":
        return Everybody(settings.dev_org_id)
    if settings.auth_mode == "trusted":
        return TrustedVerifier(settings.trusted_peers, leeway=settings.jwt_leeway_seconds)
    return _jwt(settings)


def _jwt(settings: AuthSettings) -> JwtVerifier:
    # Imported late: cryptography costs a server without tokens a noticeable part of its start.
    from smooth_operator_server.auth import tokens

    secret, pem, url = (
        settings.jwt_hs256_secret,
        settings.jwt_rs256_public_key,
        settings.jwt_jwks_url,
    )
    if sum(source is not None for source in (secret, pem, url)) != 1:
        raise ValueError(
            "auth mode jwt needs exactly one of AUTH_JWT_HS256_SECRET, "
            "AUTH_JWT_RS256_PUBLIC_KEY and AUTH_JWT_JWKS_URL"
        )
    close = None
    if secret is not None:
        find = tokens.shared_secret(secret.get_secret_value())
    elif pem is not None:
        find = tokens.public_key(pem)
    else:
        find, source = tokens.key_set_at(_jwks_url(url or ""))
        close = source.close
    return tokens.JwtVerifier(
        find,
        issuer=settings.jwt_issuer,
        audience=settings.jwt_audience,
        leeway=settings.jwt_leeway_seconds,
        close=close,
    )


def _jwks_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        host = ""
    if not host or not (parts.scheme == "https" or (parts.scheme == "http" and _loopback(host))):
        raise ValueError("AUTH_JWT_JWKS_URL must be https, or http on loopback")
    return url


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Unverified:
    """Auth unset: nobody is anybody, nothing is scoped."""

    scoped = False

    def open_principal(self) -> Principal | None:
        return None

    async def verify(self, token: str, *, peer: str) -> Principal:
        raise BadToken("authentication is off")

    async def close(self) -> None:
        return None


class Everybody:
    """Mode `none`: everybody is an administrator of the dev organisation."""

    scoped = False

    def __init__(self, organization_id: str) -> None:
        self._principal = Principal(organization_id, "dev", role="admin", dev_admin=True)

    def open_principal(self) -> Principal | None:
        return self._principal

    async def verify(self, token: str, *, peer: str) -> Principal:
        return self._principal

    async def close(self) -> None:
        return None


class TrustedVerifier:
    """Mode `trusted`: unsigned claims, believed from the peers of a gateway only.

    `peers` are addresses or networks. Raises `ValueError` for one that is neither.
    """

    scoped = True

    def __init__(
        self,
        peers: Sequence[str] = LOOPBACK,
        *,
        leeway: float = 30.0,
        clock: Callable[[], float] = time,
    ) -> None:
        try:
            self._peers = [ipaddress.ip_network(peer, strict=False) for peer in peers]
        except ValueError:
            raise ValueError("AUTH_TRUSTED_PEERS must list addresses or networks") from None
        self._leeway = leeway
        self._clock = clock

    def open_principal(self) -> Principal | None:
        return None

    async def verify(self, token: str, *, peer: str) -> Principal:
        if not self._trusts(peer):
            raise BadToken("this peer is not trusted")
        claims = _claims(token)
        principal, now = principal_of(claims), self._clock()
        not_before = seconds(claims.get("nbf"))
        if principal.expires_at is not None and now >= principal.expires_at + self._leeway:
            raise BadToken("the token has expired")
        if not_before is not None and now < not_before - self._leeway:
            raise BadToken("the token is not valid yet")
        return principal

    def _trusts(self, peer: str) -> bool:
        try:
            address = ipaddress.ip_address(peer.partition("%")[0])
        except ValueError:
            return False
        mapped = getattr(address, "ipv4_mapped", None)
        return any((mapped or address) in network for network in self._peers)

    async def close(self) -> None:
        return None


def _claims(token: str) -> dict[str, object]:
    """Base64url of a JSON object, with or without padding."""
    if len(token) > LONGEST_TOKEN:
        raise BadToken("the token is too long")
    try:
        text = token.rstrip("=")
        claims = read_json(base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True))
    except (binascii.Error, ValueError, JsonError):
        raise BadToken("the token is no base64url of JSON") from None
    if not isinstance(claims, dict):
        raise BadToken("the token holds no claims")
    return claims
