"""Scope: other people's conversations look like none at all; tokens, renewal, strictness."""

from __future__ import annotations

import time
from typing import Any

import jwt
import pytest
import websockets
from smooth_operator_server import Settings, serve_local
from smooth_operator_server.agents.model import Agent, EmbedPolicy
from smooth_operator_server.agents.registry import Agents
from smooth_operator_server.auth.embed import sign

SECRET = "a-secret-of-at-least-thirty-two-bytes"


def settings(**more: Any) -> Settings:
    return Settings(port=0, auth_mode="jwt", jwt_hs256_secret=SECRET, **more)


def token(sub: str, org: str = "acme", seconds: float = 600, **claims: Any) -> str:
    given = {"sub": sub, "org": org, "exp": time.time() + seconds, **claims}
    return jwt.encode(given, SECRET, "HS256")


def bearer(sub: str, **more: Any) -> dict[str, Any]:
    return {"additional_headers": {"Authorization": f"Bearer {token(sub, **more)}"}}


async def test_foreign_equals_missing(connect: Any, model: Any) -> None:
    model.says("a")
    async with serve_local(settings(), model=model) as server:
        alice = await connect(server, **bearer("alice"))
        bob = await connect(server, query=f"?token={token('bob')}")
        session = await alice.session()
        await alice.send("send_message", requestId="t", sessionId=session, message="hi")
        await alice.until("eventual_response")
        for action, more in (
            ("get_session", {}),
            ("get_conversation_messages", {}),
            ("send_message", {"message": "x"}),
            ("confirm_tool_action", {"approved": True}),
            ("verify_otp", {"code": "1"}),
        ):
            answers = []
            for target in (session, "0b0e4c52-94a7-4b5e-8f0b-6f0e7f6f3a01", "no-uuid"):
                answer = await bob.ask(action, requestId="q", sessionId=target, **more)
                answer.pop("timestamp")
                answers.append(answer)
            assert answers[0] == answers[1] == answers[2]
        conversation = alice.opened["data"]["conversationId"]
        await bob.session(conversationId=conversation)
        assert bob.opened["data"]["conversationId"] != conversation
        renamed = await bob.ask("rename_conversation", conversationId=conversation, title="Mine")
        assert renamed["error"]["code"] == "CONVERSATION_NOT_FOUND"
        assert (await bob.ask("list_conversations"))["data"]["conversations"] == []
        mine = (await alice.ask("list_conversations"))["data"]["conversations"]
        assert [row["conversationId"] for row in mine] == [conversation]


async def test_the_first_token_transport_decides(connect: Any) -> None:
    async with serve_local(settings()) as server:
        welcome = {}
        for name, more in {
            "header": bearer("alice"),
            "subprotocol": {"subprotocols": ["smooth-operator.v1", f"bearer.{token('alice')}"]},
            "query": {"query": f"?token={token('alice')}"},
            "none": {},
            "bad header": {
                "additional_headers": {"Authorization": "Bearer no"},
                "query": f"?token={token('alice')}",
            },
        }.items():
            peer = await connect(server, **more)
            hello = await peer.ask("hello", protocolVersions=["1"])
            welcome[name] = hello["data"]["auth"]["anonymous"]
        assert welcome == {
            "header": False,
            "subprotocol": False,
            "query": False,
            "none": True,
            "bad header": True,
        }


async def test_strict_lets_nobody_in_without_a_good_token(connect: Any) -> None:
    async with serve_local(settings(auth_strict=True)) as server:
        with pytest.raises(websockets.InvalidStatus) as caught:
            await connect(server, query="?token=bad")
        assert caught.value.response.status_code == 401
        late = await connect(server)
        refused = await late.ask("ping", requestId="p")
        assert (refused["error"]["code"], refused["requestId"]) == ("UNAUTHENTICATED", "p")
        assert await late.closed() == 4401
        bad = await connect(server)
        refused = await bad.ask("hello", protocolVersions=["1"], token="bad")
        assert refused["error"]["code"] == "UNAUTHENTICATED"
        assert await bad.closed() == 4401
        good = await connect(server)
        welcome = await good.ask("hello", protocolVersions=["1"], token=token("alice"))
        assert welcome["type"] == "welcome"
        await good.quiet()


async def test_a_token_is_renewed_or_the_socket_goes(connect: Any) -> None:
    async with serve_local(settings(expiry_grace_seconds=0.3, jwt_leeway_seconds=30)) as server:
        peer = await connect(server, hello=["token_renewal"], **bearer("alice", seconds=-1 + 0.8))
        foreign = await peer.ask("authenticate", requestId="a", token=token("bob"))
        assert foreign["error"]["code"] == "UNAUTHENTICATED"
        shut = await peer.ask("list_conversations", requestId="l")
        assert shut["error"]["code"] == "UNAUTHENTICATED"
        await peer.quiet()
        renewed = await peer.ask("authenticate", requestId="a", token=token("alice"))
        assert (renewed["message"], renewed["data"]["expiresAt"] > 0) == ("Authenticated", True)
        assert (await peer.ask("list_conversations"))["status"] == 200
        gone = await connect(server, hello=["token_renewal"], **bearer("alice", seconds=-0.29))
        assert await gone.closed() == 4401


async def test_anonymous_sockets_are_counted(connect: Any, monkeypatch: Any) -> None:
    from smooth_operator_server.transport import door

    monkeypatch.setattr(door, "ANONYMOUS_PER_PEER", 1)
    async with serve_local(settings(connections_per_principal=1)) as server:
        await (await connect(server)).quiet()
        assert await (await connect(server)).closed() == 4429
        await (await connect(server, **bearer("alice"))).quiet()
        assert await (await connect(server, **bearer("alice"))).closed() == 4429
        await (await connect(server, **bearer("bob"))).quiet()


async def test_embedding(connect: Any) -> None:
    policy = EmbedPolicy(("https://*.shop.test",), "shop-secret")
    agent = Agent(id="7c1d2e3f-1111-4222-8333-944445555603", slug="shop", name="Shop", embed=policy)
    plain = Agent(id="7c1d2e3f-1111-4222-8333-944445555604", slug="plain", name="Plain")
    both = Agents([plain, agent], plain)
    async with serve_local(settings(widget_auth_strict=True), agents=both) as server:
        peer = await connect(server, origin="https://eu.shop.test")
        refused = await peer.ask("create_conversation_session", agentId="plain")
        assert refused["error"]["code"] == "AGENT_NOT_AUTHORIZED"
        await peer.session(agentId="shop")
        stamp = int(time.time())
        good = {"userId": "u1", "timestamp": stamp, "signature": sign("shop-secret", "u1", stamp)}
        await peer.session(agentId="shop", authContext=good)
        for bad in ({**good, "userId": "u2"}, {"userId": "u1"}, "text"):
            refused = await peer.ask("create_conversation_session", agentId="shop", authContext=bad)
            assert refused["error"]["code"] == "AUTH_CONTEXT_INVALID"
        elsewhere = await connect(server, origin="https://evil.test")
        refused = await elsewhere.ask("create_conversation_session", agentId="shop")
        assert refused["error"]["code"] == "ORIGIN_NOT_ALLOWED"
