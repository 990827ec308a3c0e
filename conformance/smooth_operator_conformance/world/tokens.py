"""Tokens of principals: signed, unsigned for `trusted`, or broken on purpose."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

from smooth_operator_conformance.world.keys import HS_SECRET, private_key

Json = Any
CLAIMS = ("sub", "org", "org_id", "email", "role", "name", "groups", "iss", "aud", "nbf")


def token(principal: dict[str, Json], *, trusted: bool) -> str:
    """The token text of a principal (`spec/schema/scenario.schema.json`)."""
    bad = principal.get("bad")
    if bad == "garbage":
        return "no.token.at-all"
    claims = _claims(principal)
    if trusted:
        return _b64(json.dumps(claims).encode())
    return _signed(principal, claims, bad)


def _claims(principal: dict[str, Json]) -> dict[str, Json]:
    claims = {name: principal[name] for name in CLAIMS if principal.get(name) is not None}
    expires = principal.get("expiresIn", 3600)
    if expires is not None:
        claims["exp"] = int(time.time() + float(expires))
    return {**claims, **principal.get("claims", {})}


def _signed(principal: dict[str, Json], claims: dict[str, Json], bad: str | None) -> str:
    import jwt

    key = principal.get("key", "hs256")
    header = dict(principal.get("header", {}))
    if bad == "none":
        unsigned = json.dumps({"alg": "none", "typ": "JWT"}).encode()
        return f"{_b64(unsigned)}.{_b64(json.dumps(claims).encode())}."
    if key == "hs256":
        secret = "another-secret-of-more-than-32-bytes" if bad == "key" else HS_SECRET
        algorithm = "HS512" if bad == "alg" else "HS256"
        text = jwt.encode(claims, secret, algorithm=algorithm, headers=header or None)
    else:
        name = "rs9" if bad == "key" else key
        algorithm = "RS256" if name.startswith("rs") else "ES256"
        text = jwt.encode(
            claims, private_key(name), algorithm=algorithm, headers={"kid": key, **header}
        )
    if bad == "signature":
        head, body, mark = text.split(".")
        text = f"{head}.{body}.{'A' if mark[0] != 'A' else 'B'}{mark[1:]}"
    return text


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
