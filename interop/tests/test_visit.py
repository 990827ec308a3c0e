"""An act that is let down is told as failed, with its reason; what a client lacks is no pass."""

from __future__ import annotations

from typing import Any

import pytest

from interop.act import Act, Play, same
from interop.acts import ACTS
from interop.environments import Published
from interop.house import Room, serving
from interop.puppet import Puppet
from interop.visit import play

Json = Any


def an_act(play: Play, *needs: str) -> Act:
    return Act("tries", "something", play, {}, needs=needs)


@pytest.fixture
def room() -> Room:
    """Never entered."""
    return Room.__new__(Room)


async def test_what_holds_passes(published: Published, room: Room) -> None:
    async def fine(client: Puppet, room: Room) -> None:
        await client.call("open", url="ws://somewhere/ws")
        same("ping", await client.call("ping"), 7)

    assert (await play(published, an_act(fine), room)).outcome == "passed"


async def test_a_wrong_answer_fails(published: Published, room: Room) -> None:
    async def wrong(client: Puppet, room: Room) -> None:
        await client.call("open", url="ws://somewhere/ws")
        same("ping", await client.call("ping"), 8)

    played = await play(published, an_act(wrong), room)
    assert (played.outcome, played.detail) == ("failed", "AssertionError: ping: 7 instead of 8")


async def test_a_dead_server_fails(published: Published, room: Room) -> None:
    async def dead(client: Puppet, room: Room) -> None:
        await client.call("open", url="ws://dead/ws")

    played = await play(published, an_act(dead), room)
    assert played.outcome == "failed"
    assert "nobody listens there" in played.detail


async def test_a_method_that_is_missing_is_no_pass(published: Published, room: Room) -> None:
    async def never(client: Puppet, room: Room) -> None:
        raise AssertionError("not reached")

    played = await play(published, an_act(never, "list_conversations"), room)
    assert (played.outcome, played.detail) == ("not in its API", "list_conversations")


async def test_a_house_serves_its_rooms_and_tells_strangers() -> None:
    """Our real server, entered by nobody but a stray request for a model of nobody."""
    (first,) = [act for act in ACTS if act.name == "streams-a-turn"]
    async with serving({first.name: first.agents}, "shared") as house:
        assert house.rooms[first.name].url.endswith("/ws")
        assert house.faults() == []
        house._host.registry.strays.append("a model request for 'x'")
        assert house.faults() == ["a stray request: a model request for 'x'"]
