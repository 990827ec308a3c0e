"""Signed tokens: one key source, which alone fixes the algorithm (decisions §7)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from smooth_operator_server.auth.base import BadToken, Principal
from smooth_operator_server.auth.claims import LONGEST_TOKEN, principal_of
from smooth_operator_server.auth.jwks import HttpKeySource, KeySet

SHORTEST_SECRET = 32

Key = tuple[Any, str]
"""What verifies, and the one algorithm that it verifies."""
FindKey = Callable[[str | None], Awaitable[Key | None]]


class JwtVerifier:
    """Mode `jwt` (`AuthVerifier`). Times have `leeway` seconds either way."""

    scoped = True

    def __init__(
        self,
        find_key: FindKey,
        *,
        issuer: str | None = None,
        audience: str | None = None,
        leeway: float = 30.0,
        close: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._find_key = find_key
        self._issuer = issuer
        self._audience = audience
        self._leeway = leeway
        self._close = close

    def open_principal(self) -> Principal | None:
        return None

    async def verify(self, token: str, *, peer: str) -> Principal:
        if len(token) > LONGEST_TOKEN:
            raise BadToken("the token is too long")
        try:
            key_id = jwt.get_unverified_header(token).get("kid")
            key = await self._find_key(key_id)
            if key is None:
                raise BadToken("no key for this token")
            claims = self._decode(token, *key)
        except (jwt.PyJWTError, ValueError, TypeError, OverflowError):
            # PyJWT's texts may quote the token's own words.
            raise BadToken("the token does not verify") from None
        return principal_of(claims)

    def _decode(self, token: str, key: Any, algorithm: str) -> Any:
        return jwt.decode(
            token,
            key,
            algorithms=[algorithm],
            issuer=self._issuer,
            audience=self._audience,
            leeway=self._leeway,
            options={
                "require": ["exp", "sub"],
                "verify_aud": self._audience is not None,
                "verify_iat": False,
                "verify_jti": False,
            },
        )

    async def close(self) -> None:
        if self._close is not None:
            await self._close()


def shared_secret(secret: str) -> FindKey:
    """HS256. Raises `ValueError` for a secret under 32 bytes."""
    key = secret.encode()
    if len(key) < SHORTEST_SECRET:
        raise ValueError(f"AUTH_JWT_HS256_SECRET must be at least {SHORTEST_SECRET} bytes long")
    return _only(key, "HS256")


def public_key(pem: str) -> FindKey:
    """RS256; line ends may be written as `\\n`, as environments often have them.

    Raises `ValueError` for anything but an RSA public key.
    """
    try:
        key = load_pem_public_key(pem.replace("\\n", "\n").encode())
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, RSAPublicKey):
        raise ValueError("AUTH_JWT_RS256_PUBLIC_KEY must be an RSA public key in PEM")
    return _only(key, "RS256")


def _only(key: Any, algorithm: str) -> FindKey:
    async def find(key_id: str | None) -> Key:
        return key, algorithm

    return find


def key_set(keys: KeySet) -> FindKey:
    """Keys of a JWKS, by the header's `kid`."""

    async def find(key_id: str | None) -> Key | None:
        key = await keys.key(key_id)
        return None if key is None else (key.key, key.algorithm_name)

    return find


def key_set_at(url: str) -> tuple[FindKey, HttpKeySource]:
    """The key set behind a URL, and what to close in the end."""
    source = HttpKeySource(url)
    return key_set(KeySet(source)), source
