"""Signing keys of the runner: one shared secret, and key pairs made on first use."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, Final

Json = Any
HS_SECRET: Final = "conformance-hs256-canary-0b7d1f6a2c9e4835-9c41d7e06a2b58f3e4d1b6a7"
"""Shared secret of the `jwt` profiles, long enough for HS512 too; also a canary."""


@lru_cache(maxsize=8)
def private_key(name: str) -> Any:
    """The private key of a name: `rs…` is RSA, `es…` is an elliptic curve."""
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    if name.startswith("rs"):
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return ec.generate_private_key(ec.SECP256R1())


def public_pem(name: str) -> str:
    """The public key as PEM."""
    from cryptography.hazmat.primitives import serialization

    public = private_key(name).public_key()
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return str(public.public_bytes(serialization.Encoding.PEM, form).decode())


def jwks(names: list[str]) -> Json:
    """The key set that holds these keys."""
    from jwt.algorithms import ECAlgorithm, RSAAlgorithm

    keys = []
    for name in names:
        public = private_key(name).public_key()
        kind = RSAAlgorithm if name.startswith("rs") else ECAlgorithm
        jwk = json.loads(kind.to_jwk(public))
        algorithm = "RS256" if name.startswith("rs") else "ES256"
        keys.append({**jwk, "kid": name, "use": "sig", "alg": algorithm})
    return {"keys": keys}
