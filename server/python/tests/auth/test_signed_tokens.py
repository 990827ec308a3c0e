"""Signed tokens: what is good, and every way to be bad."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from smooth_operator_server.auth.base import BadToken, Principal
from smooth_operator_server.auth.tokens import JwtVerifier, public_key, shared_secret

SECRET = "s" * 32
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
NOW = int(time.time())


def claims(**more: Any) -> dict[str, Any]:
    given_claims = {"sub": "u", "org": "o", "exp": NOW + 600, **more}
    return {key: value for key, value in given_claims.items() if value is not None}


def token(key: Any = SECRET, algorithm: str = "HS256", **more: Any) -> str:
    return jwt.encode(claims(**more), key, algorithm=algorithm)


def verifier(**options: Any) -> JwtVerifier:
    return JwtVerifier(shared_secret(SECRET), **options)


async def test_a_good_token() -> None:
    full = token(
        role="admin", name="Pat", email="p@x.example", groups=["a", 1, "b"], iat=NOW + 9999
    )
    assert await verifier().verify(full, peer="9.9.9.9") == Principal(
        "o", "u", "admin", "Pat", "p@x.example", ("a", "b"), float(NOW + 600)
    )


@pytest.mark.parametrize(
    ("role", "read"),
    [
        ("admin", "admin"),
        ("curator", "curator"),
        ("basic", "basic"),
        ("user", "basic"),
        ("root", "basic"),
        (["admin"], "basic"),
        (None, "basic"),
    ],
)
async def test_roles(role: Any, read: str) -> None:
    assert (await verifier().verify(token(role=role), peer="")).role == read


async def test_org_id_is_another_name() -> None:
    principal = await verifier().verify(token(org=None, org_id="p"), peer="")
    assert principal.organization_id == "p"
    assert (await verifier().verify(token(org_id="o"), peer="")).organization_id == "o"


@pytest.mark.parametrize(
    "change",
    [
        {"sub": None},
        {"sub": " "},
        {"sub": 7},
        {"sub": "u\ud800"},
        {"org": "\ud800"},
        {"exp": 1e300},
        {"exp": None},
        {"exp": NOW - 31},
        {"exp": "soon"},
        {"nbf": NOW + 3600},
        {"org": None},
        {"org": ""},
        {"org": 7},
        {"org_id": "another"},
    ],
)
async def test_bad_claims(change: dict[str, Any]) -> None:
    with pytest.raises(BadToken):
        await verifier().verify(token(**change), peer="")


async def test_leeway() -> None:
    now = int(time.time())
    await verifier().verify(token(exp=now - 10, nbf=now + 10), peer="")
    with pytest.raises(BadToken):
        await verifier(leeway=5).verify(token(exp=now - 10), peer="")


async def test_issuer_and_audience() -> None:
    strict = verifier(issuer="i", audience="a")
    await strict.verify(token(iss="i", aud=["a", "b"]), peer="")
    await verifier().verify(token(iss="any", aud="any"), peer="")
    for bad in ({}, {"iss": "i"}, {"aud": "a"}, {"iss": "x", "aud": "a"}):
        with pytest.raises(BadToken):
            await strict.verify(token(**bad), peer="")


def unsigned(header: dict[str, Any]) -> str:
    parts = (header, claims())
    encoded = [base64.urlsafe_b64encode(json.dumps(p).encode()).decode().rstrip("=") for p in parts]
    return ".".join([*encoded, ""])


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "x",
        "a.b.c",
        unsigned({"alg": "none"}),
        unsigned({"alg": "HS256"}),
        unsigned({"alg": ["HS256"]}),
        unsigned({"alg": "HS256", "kid": 7}),
        token(key="t" * 32),
        token(key="s" * 64, algorithm="HS512"),
        token(key=RSA, algorithm="RS256"),
        "x" * 20_000,
        "é.é.é",
    ],
)
async def test_bad_tokens(bad: str) -> None:
    with pytest.raises(BadToken) as caught:
        await verifier().verify(bad, peer="")
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


async def test_the_key_source_fixes_the_algorithm() -> None:
    public = JwtVerifier(public_key(PEM))
    assert (await public.verify(token(RSA, "RS256"), peer="")).subject == "u"
    for algorithm in ("PS256", "RS512"):
        with pytest.raises(BadToken):
            await public.verify(token(RSA, algorithm), peer="")
    with pytest.raises(BadToken):
        await public.verify(token("p" * 64, "HS256"), peer="")


async def test_keys_that_the_header_brings_are_ignored() -> None:
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(other.public_key()))
    headers = {"jwk": jwk, "jku": "http://127.0.0.1:1/keys", "x5u": "http://127.0.0.1:1/cert"}
    forged = jwt.encode(claims(), other, algorithm="RS256", headers=headers)
    with pytest.raises(BadToken):
        await JwtVerifier(public_key(PEM)).verify(forged, peer="")


def test_escaped_line_ends_in_a_pem() -> None:
    public_key(PEM.replace("\n", "\\n"))


@pytest.mark.parametrize("secret", ["", "s" * 31, "é" * 15])
def test_short_secrets_are_refused(secret: str) -> None:
    with pytest.raises(ValueError, match="32 bytes") as caught:
        shared_secret(secret)
    assert not secret or secret not in str(caught.value)


def test_other_keys_are_refused() -> None:
    curve = ec.generate_private_key(ec.SECP256R1()).public_key()
    pem = curve.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    for text in ("", "nonsense", pem):
        with pytest.raises(ValueError, match="RSA public key"):
            public_key(text)


@given(st.text())
def test_no_text_is_a_token(text: str) -> None:
    coroutine = verifier().verify(text, peer="")
    with pytest.raises(BadToken):
        coroutine.send(None)
