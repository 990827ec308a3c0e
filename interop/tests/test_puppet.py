"""Driver and puppet: what a client returns, raises and hears arrives on this side."""

from __future__ import annotations

from pathlib import Path

import pytest

from interop.act import refused, same
from interop.acts import ACTS
from interop.environments import Published
from interop.puppet import Refused, Silent, puppet

FAKES = Path(__file__).with_name("fakes")


async def test_results_and_what_is_heard(published: Published) -> None:
    async with puppet(published) as client:
        await client.call("open", url="ws://somewhere/ws")
        assert await client.call("ping") == 7
        assert await client.hear("pong") == {"type": "pong"}
        assert "get_session" in await client.call("can")


async def test_a_turn(published: Published) -> None:
    async with puppet(published) as client:
        await client.call("open", url="ws://somewhere/ws")
        turn = await client.send("s", "hi")
        assert (await turn.until("stream_token"))["token"] == "a"
        assert await turn.end() == {"type": "eventual_response", "requestId": "req-1"}
        assert turn.tokens == "ab"
        assert turn.types == ["stream_token"]


async def test_a_turn_that_ends_without_what_was_awaited(published: Published) -> None:
    async with puppet(published) as client:
        await client.call("open", url="ws://somewhere/ws")
        with pytest.raises(Silent, match="without interaction_required"):
            await (await client.send("s", "hi")).until("interaction_required")


async def test_what_it_raises_is_raised_here(published: Published) -> None:
    async with puppet(published) as client:
        with pytest.raises(Refused, match="nobody listens there"):
            await client.call("open", url="ws://dead/ws")
        await client.call("open", url="ws://somewhere/ws")
        await refused("SESSION_NOT_FOUND", client.call("get_session", session_id="s"))
        await refused("AGENT_ERROR", (await client.send("s", "fail")).end())


async def test_another_code_and_no_error_are_both_wrong(published: Published) -> None:
    async with puppet(published) as client:
        await client.call("open", url="ws://somewhere/ws")
        with pytest.raises(AssertionError, match="the code raised"):
            await refused("AGENT_ERROR", client.call("get_session", session_id="s"))
        with pytest.raises(AssertionError, match="was not raised; it returned 7"):
            await refused("AGENT_ERROR", client.call("ping"))


async def test_a_client_that_ends_is_silent(
    published: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("interop.puppet.DRIVER", FAKES / "ends_at_once.py")
    async with puppet(published) as client:
        with pytest.raises(Silent, match="the client ended"):
            await client.call("can")


def test_same_says_what_differs() -> None:
    same("the answer", 1, 1)
    with pytest.raises(AssertionError, match="the answer: 1 instead of 2"):
        same("the answer", 1, 2)


def test_acts_have_names_of_their_own() -> None:
    assert len({act.name for act in ACTS}) == len(ACTS) >= 15
    assert all(act.shows for act in ACTS)
