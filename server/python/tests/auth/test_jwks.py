"""Key sets: cache, rotation, outage; with a clock of our own."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import jwt
import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from smooth_operator_server.auth.base import BadToken
from smooth_operator_server.auth.jwks import HttpKeySource, KeySet, read_keys
from smooth_operator_server.auth.tokens import JwtVerifier, key_set

PRIVATE = {name: rsa.generate_private_key(65537, 2048) for name in ("a", "b")}
CLAIMS = {"sub": "u", "org": "o", "exp": int(time.time()) + 600}


def jwk(name: str, **more: Any) -> dict[str, Any]:
    public = PRIVATE[name].public_key()
    return {**json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(public)), "kid": name, **more}


def token(name: str, kid: str | None, algorithm: str = "RS256") -> str:
    headers = {} if kid is None else {"kid": kid}
    return jwt.encode(CLAIMS, PRIVATE[name], algorithm=algorithm, headers=headers)


class Host:
    """Where the keys are published."""

    def __init__(self, *names: str) -> None:
        self.names = names
        self.now = 1000.0
        self.fetches = 0
        self.away = False
        self.set = KeySet(self, clock=lambda: self.now)
        self.verifier = JwtVerifier(key_set(self.set))

    async def __call__(self) -> bytes:
        self.fetches += 1
        await asyncio.sleep(0)
        if self.away:
            raise TimeoutError
        return json.dumps({"keys": [jwk(name) for name in self.names]}).encode()

    async def good(self, name: str, kid: str | None) -> bool:
        try:
            return (await self.verifier.verify(token(name, kid), peer="")).subject == "u"
        except BadToken:
            return False


async def test_keys_are_fetched_once_and_again_after_ten_minutes() -> None:
    host = Host("a", "b")
    assert host.fetches == 0
    for _ in range(3):
        assert await host.good("a", "a")
        assert await host.good("b", "b")
    assert host.fetches == 1
    host.now += 599
    assert await host.good("a", "a")
    assert host.fetches == 1
    host.now += 1
    assert await host.good("a", "a")
    assert host.fetches == 2


async def test_many_at_once_fetch_once() -> None:
    host = Host("a")
    assert all(await asyncio.gather(*(host.good("a", "a") for _ in range(20))))
    assert host.fetches == 1


async def test_a_new_key_is_found_at_once_and_strangers_are_not_asked_for_again() -> None:
    host = Host("a")
    assert await host.good("a", "a")
    host.names = ("a", "b")
    assert await host.good("b", "b")
    assert host.fetches == 2
    for stranger in ("x", "y", "z"):
        assert not await host.good("a", stranger)
    assert host.fetches == 2
    host.now += 30
    assert not await host.good("a", "x")
    assert not await host.good("a", "y")
    assert host.fetches == 3


async def test_the_first_fetch_is_not_repeated_for_an_unknown_key() -> None:
    host = Host("a")
    assert not await host.good("a", "x")
    assert host.fetches == 1


async def test_a_key_that_is_gone_is_gone_after_the_next_fetch() -> None:
    host = Host("a", "b")
    assert await host.good("b", "b")
    host.names = ("a",)
    host.now += 600
    assert not await host.good("b", "b")


async def test_stale_keys_serve_an_hour_while_the_host_is_away() -> None:
    host = Host("a")
    assert await host.good("a", "a")
    host.away = True
    host.now += 600
    assert await host.good("a", "a")
    assert await host.good("a", "a")
    assert host.fetches == 2, "a failure is not repeated at once"
    host.now += 3599
    assert await host.good("a", "a")
    host.now += 1
    assert not await host.good("a", "a")
    host.away = False
    host.now += 5
    assert await host.good("a", "a")


async def test_an_outage_at_the_start_heals() -> None:
    host = Host("a")
    host.away = True
    assert not await host.good("a", "a")
    host.away = False
    host.now += 5
    assert await host.good("a", "a")


async def test_without_an_id_only_a_single_key_answers() -> None:
    assert await Host("a").good("a", None)
    assert not await Host("a", "b").good("a", None)


async def test_the_key_fixes_the_algorithm() -> None:
    host = Host("a")
    for algorithm in ("RS512", "PS256"):
        with pytest.raises(BadToken):
            await host.verifier.verify(token("a", "a", algorithm), peer="")
    forged = jwt.encode(CLAIMS, "k" * 32, algorithm="HS256", headers={"kid": "a"})
    with pytest.raises(BadToken):
        await host.verifier.verify(forged, peer="")


def read(*keys: Any) -> dict[str | None, str]:
    found = read_keys(json.dumps({"keys": list(keys)}).encode())
    return {key_id: key.algorithm_name for key_id, key in found.items()}


def test_which_keys_count() -> None:
    curve = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP384R1())))
    edwards = json.loads(
        jwt.algorithms.OKPAlgorithm.to_jwk(ed25519.Ed25519PrivateKey.generate().public_key())
    )
    secret = {"kty": "oct", "k": "c2VjcmV0", "kid": "secret", "alg": "HS256"}
    assert read(
        jwk("a"),
        jwk("b", alg="RS512"),
        jwk("a", kid="enc", use="enc"),
        jwk("a", kid="mixed", alg="HS256"),
        jwk("a", kid="none", alg="none"),
        {**curve, "kid": "ec"},
        {**edwards, "kid": "ed"},
        secret,
        {"kty": "RSA", "kid": "broken", "n": "!", "e": "AQAB"},
        {"kid": "empty"},
        "no key",
    ) == {"a": "RS256", "b": "RS512", "ec": "ES384", "ed": "EdDSA"}


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"nope", b"7"])
def test_what_is_no_set(body: bytes) -> None:
    with pytest.raises(ValueError, match="no key set"):
        read_keys(body)


@pytest.fixture
async def served() -> AsyncIterator[tuple[str, list[web.Response]]]:
    answers: list[web.Response] = []

    async def handle(request: web.BaseRequest) -> web.Response:
        return answers.pop(0)

    runner = web.ServerRunner(web.Server(handle))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/keys", answers
    await runner.cleanup()


async def test_fetching(served: tuple[str, list[web.Response]]) -> None:
    url, answers = served
    source = HttpKeySource(url)
    answers.append(web.Response(body=b"x" * 200_000))
    assert await source() == b"x" * 200_000
    answers.append(web.Response(status=302, headers={"Location": url}))
    with pytest.raises(ValueError, match="302"):
        await source()
    answers.append(web.Response(body=b"x" * (1024 * 1024 + 1)))
    with pytest.raises(ValueError, match="1 MiB"):
        await source()
    await source.close()
