"""Tokens of principals: what verifies, and every way to be wrong."""

from __future__ import annotations

import base64
import json
from typing import Any

import jwt
import pytest
from smooth_operator_conformance.world.keys import HS_SECRET, jwks, private_key, public_pem
from smooth_operator_conformance.world.tokens import token

ALICE: dict[str, Any] = {"sub": "alice", "org": "o", "email": "a@x.test"}


def verified(text: str) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(text, HS_SECRET, algorithms=["HS256"])
    return claims


def test_a_good_token_verifies() -> None:
    claims = verified(token(ALICE, trusted=False))
    assert {key: claims[key] for key in ALICE} == ALICE
    assert "exp" in claims


@pytest.mark.parametrize("bad", ["signature", "none", "alg", "key", "garbage"])
def test_a_bad_token_does_not(bad: str) -> None:
    with pytest.raises(jwt.PyJWTError):
        verified(token({**ALICE, "bad": bad}, trusted=False))


def test_expiry_can_be_past_or_missing() -> None:
    with pytest.raises(jwt.ExpiredSignatureError):
        verified(token({**ALICE, "expiresIn": -60}, trusted=False))
    assert "exp" not in verified(token({**ALICE, "expiresIn": None}, trusted=False))


def test_trusted_claims_are_plain() -> None:
    text = token(ALICE, trusted=True)
    claims = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    assert claims["sub"] == "alice"


@pytest.mark.parametrize(("key", "algorithm"), [("rs1", "RS256"), ("es1", "ES256")])
def test_key_pairs_sign_and_their_set_verifies(key: str, algorithm: str) -> None:
    text = token({**ALICE, "key": key}, trusted=False)
    found = jwt.PyJWKSet.from_dict(jwks(["rs1", "es1"]))[jwt.get_unverified_header(text)["kid"]]
    assert jwt.decode(text, found.key, algorithms=[algorithm])["sub"] == "alice"
    assert public_pem(key).startswith("-----BEGIN PUBLIC KEY")
    assert private_key(key) is private_key(key)
