"""One-time codes: the parked order, the published order, and every way to fail."""

from __future__ import annotations

from typing import Any

import pytest
from smooth_operator_server import Settings, serve_local
from smooth_operator_server.otp.base import OtpNotSent
from smooth_operator_server.storage.base import StorageError

PARK = ["event_seq", "otp_park"]
CONTACT = {"userEmail": "pat@example.org"}


class Post:
    """Keeps the codes it should deliver."""

    def __init__(self, fails: bool = False) -> None:
        self.codes: list[tuple[str, str, str]] = []
        self._fails = fails

    async def send(self, *, session_id: str, channel: str, destination: str, code: str) -> None:
        if self._fails:
            raise OtpNotSent
        self.codes.append((channel, destination, code))

    async def close(self) -> None:
        return None


async def start(peer: Any, **more: Any) -> str:
    session: str = await peer.session(**more)
    await peer.send("send_message", requestId="t", sessionId=session, message="hi")
    return session


async def broken(*args: Any) -> Any:
    raise StorageError("gone")


async def test_the_turn_waits_for_the_code(
    connect: Any, model: Any, tool: Any, toolbox: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    post, balance = Post(), tool("balance", auth_level="end_user")
    model.calls(("balance", {"id": "1"})).says("12 EUR.")
    async with serve_local(model=model, tools=[toolbox(balance)], otp=post) as server:
        peer = await connect(server, hello=PARK)
        session = await start(peer, **CONTACT)
        events = await peer.until("otp_sent")
        assert [event["type"] for event in events[-3:]] == [
            "otp_verification_required",
            "stream_chunk",
            "otp_sent",
        ]
        asked = events[-3]["data"]["data"]
        assert (asked["toolId"], asked["availableChannels"]) == ("balance", ["email"])
        assert events[-1]["data"]["data"]["maskedDestination"] == "p***@example.org"
        ((channel, destination, code),) = post.codes
        assert (channel, destination) == ("email", "pat@example.org")
        wrong = await peer.ask("verify_otp", requestId="v", sessionId=session, code="x" + code)
        assert wrong["data"]["data"]["error"] == "INVALID_CODE"
        assert wrong["data"]["data"]["attemptsRemaining"] == 2
        assert balance.seen == []
        with monkeypatch.context() as patch:
            patch.setattr(server.server.services.storage, "set_verified", broken)
            failed = await peer.ask("verify_otp", requestId="v", sessionId=session, code=code)
            assert failed["error"]["code"] == "STORAGE_ERROR"
        right = await peer.ask("verify_otp", requestId="v", sessionId=session, code=code)
        assert (right["type"], right["requestId"]) == ("otp_verified", "v")
        rest = await peer.until("eventual_response")
        assert [event["type"] for event in rest[:2]] == ["park_resolved", "stream_chunk"]
        assert rest[0]["data"]["outcome"] == "verified"
        used = await peer.ask("verify_otp", requestId="v", sessionId=session, code=code)
        assert used["data"]["data"]["error"] == "NOT_FOUND"
    user = balance.seen[0][1].user
    assert (user["email"], user["verified"]) == (destination, {"email": destination})


async def test_three_wrong_codes_refuse_the_tool(
    connect: Any, model: Any, tool: Any, toolbox: Any
) -> None:
    post, balance = Post(), tool("balance", auth_level="end_user")
    model.calls(("balance", {"id": "1"}), ("balance", {"id": "2"})).says("Sorry.")
    async with serve_local(model=model, tools=[toolbox(balance)], otp=post) as server:
        peer = await connect(server, hello=PARK)
        session = await start(peer, **CONTACT)
        await peer.until("otp_sent")
        answers = []
        for _ in range(3):
            await peer.send("verify_otp", requestId="v", sessionId=session, code="no")
            answers.append((await peer.until("otp_invalid"))[-1]["data"]["data"])
        assert [(a["error"], a["attemptsRemaining"]) for a in answers] == [
            ("INVALID_CODE", 2),
            ("INVALID_CODE", 1),
            ("MAX_ATTEMPTS", 0),
        ]
        resolved = await peer.next()
        assert resolved["data"]["outcome"] == "failed"
        await peer.until("eventual_response")
    assert (balance.seen, len(post.codes)) == ([], 1)


async def test_others_get_the_published_order(
    connect: Any, model: Any, tool: Any, toolbox: Any
) -> None:
    post, balance = Post(), tool("balance", auth_level="end_user")
    model.calls(("balance", {"id": "1"})).says("Please verify.")
    model.calls(("balance", {"id": "1"})).says("12 EUR.")
    async with serve_local(model=model, tools=[toolbox(balance)], otp=post) as server:
        peer = await connect(server)
        session = await start(peer, **CONTACT)
        events = await peer.until("eventual_response")
        assert [event["type"] for event in events] == [
            "immediate_response",
            "stream_chunk",
            "stream_chunk",
            "stream_token",
            "otp_verification_required",
            "otp_sent",
            "eventual_response",
        ]
        code = post.codes[0][2]
        right = await peer.ask("verify_otp", requestId="v", sessionId=session, code=code)
        assert right["type"] == "otp_verified"
        await peer.send("send_message", requestId="t2", sessionId=session, message="again")
        await peer.until("eventual_response")
    assert len(balance.seen) == 1


@pytest.mark.parametrize("hello", [PARK, None])
async def test_a_code_that_cannot_be_sent_leaves_no_event(
    connect: Any, model: Any, tool: Any, toolbox: Any, hello: list[str] | None
) -> None:
    balance = tool("balance", auth_level="end_user")
    model.calls(("balance", {"id": "1"})).says("Sorry.")
    async with serve_local(model=model, tools=[toolbox(balance)], otp=Post(fails=True)) as server:
        peer = await connect(server, hello=hello)
        await start(peer, **CONTACT)
        events = await peer.until("eventual_response")
    assert not any(event["type"].startswith("otp") for event in events)
    assert balance.seen == []


async def test_without_a_contact_or_with_admin_level_nobody_is_asked(
    connect: Any, model: Any, tool: Any, toolbox: Any
) -> None:
    balance, purge = tool("balance", auth_level="end_user"), tool("purge", auth_level="admin")
    model.calls(("balance", {"id": "1"}), ("purge", {"id": "1"})).says("No.")
    post = Post()
    async with serve_local(model=model, tools=[toolbox(balance, purge)], otp=post) as server:
        peer = await connect(server, hello=PARK)
        await start(peer)
        await peer.until("eventual_response")
    assert (balance.seen, purge.seen, post.codes) == ([], [], [])


async def test_a_code_that_ran_out(connect: Any, model: Any, tool: Any, toolbox: Any) -> None:
    post, balance = Post(), tool("balance", auth_level="end_user")
    model.calls(("balance", {"id": "1"})).says("Sorry.")
    settings = Settings(port=0, otp_seconds=1e-9)
    async with serve_local(settings, model=model, tools=[toolbox(balance)], otp=post) as server:
        peer = await connect(server, hello=PARK)
        session = await start(peer, **CONTACT)
        await peer.until("otp_sent")
        code = post.codes[0][2]
        late = await peer.ask("verify_otp", requestId="v", sessionId=session, code=code)
        assert late["data"]["data"]["error"] == "EXPIRED"
        assert (await peer.next())["data"]["outcome"] == "failed"
        await peer.until("eventual_response")


async def test_unreadable_sessions_look_like_no_code(connect: Any) -> None:
    async with serve_local() as server:
        peer = await connect(server)
        session = await peer.session()
        answers = [
            await peer.ask("verify_otp", requestId="v", sessionId=id, code="1")
            for id in (session, "nope", "00000000-0000-4000-8000-000000000000")
        ]
    for answer in answers:
        answer.pop("timestamp")
    assert answers[0] == answers[1] == answers[2]
    assert answers[0]["data"]["data"]["error"] == "NOT_FOUND"


async def test_a_call_both_unverified_and_gated_asks_twice_and_announces_once(
    connect: Any, model: Any, tool: Any, toolbox: Any
) -> None:
    post, balance = Post(), tool("balance", auth_level="end_user")
    model.calls(("balance", {"id": "1"})).says("12 EUR.")
    settings = Settings(port=0, confirm_tools=("balance",))
    async with serve_local(settings, model=model, tools=[toolbox(balance)], otp=post) as server:
        peer = await connect(server, hello=PARK)
        session = await start(peer, **CONTACT)
        await peer.until("otp_sent")
        await peer.send("verify_otp", requestId="v", sessionId=session, code=post.codes[0][2])
        events = await peer.until("write_confirmation_required")
        assert [e["type"] for e in events] == [
            "otp_verified",
            "park_resolved",
            "write_confirmation_required",
        ]
        await peer.send("confirm_tool_action", sessionId=session, approved=True)
        rest = await peer.until("eventual_response")
    chunks = [e["data"]["state"]["rawResponse"] for e in rest if e["type"] == "stream_chunk"]
    assert [next(iter(chunk)) for chunk in chunks] == ["toolResult"]
    assert len(balance.seen) == 1
