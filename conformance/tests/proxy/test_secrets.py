"""Secrets pass through and are nowhere else: not in a line, a record, a scenario or the page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from smooth_operator_conformance.proxy.masking import MASK, Secrets, shown_target
from smooth_operator_conformance.proxy.outcome import write_all

from .conftest import Start

Json = Any
SECRETS = {
    "header": "header-secret-1",
    "query": "query secret/2",
    "cookie": "cookie-secret-3",
    "bearer": "bearer-secret-4",
    "hello": "hello-secret-5",
    "renewal": "renewal-secret-6",
    "code": "739182645",
    "signature": "signature-secret-7",
}


async def test_no_secret_is_said_or_written(before: Start, tmp_path: Path) -> None:
    async def parrot(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        async for message in socket:
            await socket.send_str(message.data)
            await socket.send_json({"type": SECRETS["header"], "who": SECRETS["cookie"]})
        return socket

    running = await before(parrot)
    headers = {
        "Authorization": f"Bearer {SECRETS['header']}",
        "Cookie": f"sid={SECRETS['cookie']}",
    }
    url = aiohttp.client.URL(running.url).with_query(token=SECRETS["query"])
    offered = ("smooth-operator.v1", f"bearer.{SECRETS['bearer']}")
    frames = [
        {"action": "hello", "protocolVersions": ["1"], "supports": [], "token": SECRETS["hello"]},
        {"action": "authenticate", "token": SECRETS["renewal"]},
        {"action": "verify_otp", "code": SECRETS["code"]},
        {"action": "x", "authContext": {"userId": "u", "signature": SECRETS["signature"]}},
    ]
    async with (
        aiohttp.ClientSession() as client,
        client.ws_connect(url, headers=headers, protocols=offered) as socket,
    ):
        for frame in frames:
            await socket.send_json(frame)
            assert await socket.receive_json() == frame  # the app itself gets it all
            assert (await socket.receive_json())["who"] == SECRETS["cookie"]
    out = tmp_path / "out"
    lines = [*running.said, *write_all(running.proxy, out)]
    written = [path.read_text("utf-8") for path in out.rglob("*") if path.is_file()]
    assert len(written) >= 3
    for secret in SECRETS.values():
        assert not any(secret in text for text in (*lines, *written))
    assert any(v.requirement == "ERR-005" for v in running.proxy.violations)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


@given(JSON, st.text(alphabet="abcdef0123456789.-", min_size=8, max_size=20))
def test_a_known_secret_is_masked_wherever_it_stands(value: Json, secret: str) -> None:
    secrets = Secrets()
    secrets.learn(secret)
    masked = secrets.mask([value, {"a": f"x{secret}y", secret: [secret]}], request=False)
    assert not _holds(masked, secret)


def _holds(value: Json, secret: str) -> bool:
    if isinstance(value, dict):
        return any(secret in key or _holds(inner, secret) for key, inner in value.items())
    if isinstance(value, list):
        return any(_holds(inner, secret) for inner in value)
    return isinstance(value, str) and secret in value


@given(JSON)
def test_without_secrets_nothing_is_changed(value: Json) -> None:
    assert Secrets().mask(value, request=False) == value


def test_tokens_of_events_are_text_and_those_of_requests_are_not() -> None:
    secrets = Secrets()
    event = {"type": "stream_token", "token": "Tuesday."}
    assert secrets.mask(event, request=False) == event
    request = {"action": "hello", "token": "not-shown-1"}
    assert secrets.mask(request, request=True) == {"action": "hello", "token": MASK}
    assert secrets.text("a not-shown-1 b") == f"a {MASK} b"


def test_a_target_is_shown_without_its_values() -> None:
    assert shown_target("/ws?token=abc&tenant=x&flag=") == "/ws?token=***&tenant=***&flag=***"
    assert shown_target("/ws") == "/ws"
