"""The modes: who is believed, and what refuses to start."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from smooth_operator_server.auth.base import BadToken, Principal
from smooth_operator_server.auth.modes import TrustedVerifier, make_verifier

NOW = 1_760_000_000.0


@dataclass(frozen=True)
class Secret:
    text: str

    def get_secret_value(self) -> str:
        return self.text


@dataclass(frozen=True)
class Settings:
    auth_mode: str | None = None
    dev_org_id: str = "dev-org"
    trusted_peers: Sequence[str] = ("127.0.0.1", "::1")
    jwt_hs256_secret: Secret | None = None
    jwt_rs256_public_key: str | None = None
    jwt_jwks_url: str | None = None
    jwt_issuer: str | None = None
    jwt_audience: str | None = None
    jwt_leeway_seconds: float = 30.0


def encoded(claims: Any, *, padded: bool = False) -> str:
    text = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode()
    return text if padded else text.rstrip("=")


async def test_unset() -> None:
    verifier = make_verifier(Settings())
    assert not verifier.scoped
    assert verifier.open_principal() is None
    with pytest.raises(BadToken):
        await verifier.verify("anything", peer="127.0.0.1")
    await verifier.close()


async def test_none() -> None:
    verifier = make_verifier(Settings("none"))
    assert not verifier.scoped
    admin = verifier.open_principal()
    assert admin == Principal("dev-org", "dev", role="admin", dev_admin=True)
    assert await verifier.verify("anything", peer="") == admin
    await verifier.close()


async def test_jwt() -> None:
    verifier = make_verifier(Settings("jwt", jwt_hs256_secret=Secret("s" * 32), jwt_issuer="i"))
    assert verifier.scoped
    assert verifier.open_principal() is None
    claims = {"sub": "u", "org": "o", "exp": time.time() + 60, "iss": "i"}
    token = jwt.encode(claims, "s" * 32, algorithm="HS256")
    assert (await verifier.verify(token, peer="")).subject == "u"
    await verifier.close()


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        (Settings("jwt"), "exactly one of"),
        (
            Settings("jwt", jwt_hs256_secret=Secret("s" * 32), jwt_jwks_url="https://x.example"),
            "exactly one of",
        ),
        (Settings("jwt", jwt_hs256_secret=Secret("s" * 31)), "at least 32 bytes"),
        (Settings("jwt", jwt_rs256_public_key="nonsense"), "RSA public key"),
        (Settings("jwt", jwt_jwks_url="http://keys.example/x"), "must be https"),
        (Settings("jwt", jwt_jwks_url="keys.example"), "must be https"),
        (Settings("jwt", jwt_jwks_url="https://[::1"), "must be https"),
        (Settings("trusted", trusted_peers=["gateway"]), "addresses or networks"),
    ],
)
def test_what_refuses_to_start(settings: Settings, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        make_verifier(settings)


@pytest.mark.parametrize(
    "url",
    ["https://keys.example/x", "http://127.0.0.1:8/x", "http://[::1]/x", "http://localhost/x"],
)
async def test_addresses_of_key_sets(url: str) -> None:
    await make_verifier(Settings("jwt", jwt_jwks_url=url)).close()


@pytest.mark.parametrize("padded", [True, False])
async def test_trusted_claims(padded: bool) -> None:
    verifier = make_verifier(Settings("trusted"))
    assert verifier.scoped
    token = encoded({"sub": "ü?>", "org_id": "o", "role": "curator"}, padded=padded)
    for peer in ("127.0.0.1", "::1", "::ffff:127.0.0.1"):
        assert await verifier.verify(token, peer=peer) == Principal("o", "ü?>", role="curator")


@pytest.mark.parametrize("peer", ["10.0.0.1", "::2", "", "unix", "127.0.0.2"])
async def test_other_peers_are_not_believed(peer: str) -> None:
    verifier = make_verifier(Settings("trusted"))
    with pytest.raises(BadToken):
        await verifier.verify(encoded({"sub": "u", "org": "o"}), peer=peer)


async def test_networks_of_peers() -> None:
    verifier = TrustedVerifier(["10.0.0.0/8", "fd00::/8"])
    token = encoded({"sub": "u", "org": "o"})
    assert (await verifier.verify(token, peer="10.1.2.3")).subject == "u"
    assert (await verifier.verify(token, peer="fd00::1%eth0")).subject == "u"
    with pytest.raises(BadToken):
        await verifier.verify(token, peer="127.0.0.1")


@pytest.mark.parametrize(
    ("times", "good"),
    [
        ({}, True),
        ({"exp": NOW + 1}, True),
        ({"exp": NOW - 29}, True),
        ({"exp": NOW - 30}, False),
        ({"nbf": NOW + 30}, True),
        ({"nbf": NOW + 31}, False),
        ({"exp": "soon"}, False),
        ({"exp": True}, False),
        ({"exp": 1e300}, False),
        ({"exp": 253_402_300_800}, False),
        ({"exp": 253_402_300_799}, True),
    ],
)
async def test_times(times: dict[str, Any], good: bool) -> None:
    verifier = TrustedVerifier(clock=lambda: NOW)
    token = encoded({"sub": "u", "org": "o", **times})
    if good:
        assert (await verifier.verify(token, peer="::1")).expires_at == times.get("exp")
    else:
        with pytest.raises(BadToken):
            await verifier.verify(token, peer="::1")


@pytest.mark.parametrize(
    "token",
    [
        "",
        "!!!",
        encoded([]),
        encoded("x"),
        encoded({"sub": "u"}),
        encoded({"org": "o"}),
        encoded({"sub": "u", "org": "o", "org_id": "p"}),
        "e30",
        "x" * 20_000,
    ],
)
async def test_bad_tokens(token: str) -> None:
    with pytest.raises(BadToken):
        await TrustedVerifier().verify(token, peer="127.0.0.1")


@given(st.text())
def test_no_text_is_a_token(text: str) -> None:
    coroutine = TrustedVerifier().verify(text, peer="127.0.0.1")
    with pytest.raises(BadToken):
        coroutine.send(None)
