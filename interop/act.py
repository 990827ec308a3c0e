"""What acts are made of: how one is declared, and the steps and assertions that many share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from interop.house import Room
from interop.puppet import Puppet, Refused, Turn

Json = Any
Play = Callable[[Puppet, Room], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Act:
    """One act: what it shows, what it needs, how it goes."""

    name: str
    shows: str
    play: Play
    agents: Mapping[str, Json]
    profile: str = "shared"
    needs: tuple[str, ...] = field(default=())
    """Methods of the client without which it cannot be played."""


ACTS: list[Act] = []


def act(
    agent: Json, *, profile: str = "shared", needs: tuple[str, ...] = ()
) -> Callable[[Play], Play]:
    """Make a function an act; its docstring says what it shows."""

    def add(play: Play) -> Play:
        name = play.__name__.replace("_", "-")
        shows = (play.__doc__ or "").strip()
        ACTS.append(Act(name, shows, play, {"main": agent}, profile, needs))
        return play

    return add


def same(what: str, got: Json, wanted: Json) -> None:
    """Equal, or an AssertionError that says what is not."""
    if got != wanted:
        raise AssertionError(f"{what}: {got!r} instead of {wanted!r}")


def reply_of(end: Json) -> str:
    """The text of a terminal event."""
    return "".join(end["data"]["data"]["response"]["responseParts"])


async def enter(client: Puppet, room: Room, **given: Json) -> str:
    """Connect without a token and open a session."""
    await client.call("open", url=room.url)
    made = await client.call("create_conversation_session", agent_id=room.agent(), **given)
    room.opened(made["sessionId"])
    return str(made["sessionId"])


async def refused(code: str, what: Awaitable[Json]) -> None:
    """It must raise with that code of the protocol."""
    try:
        got = await what
    except Refused as error:
        same("the code raised", error.code, code)
    else:
        raise AssertionError(f"{code} was not raised; it returned {got!r}")


async def answered(turn: Turn, text: str) -> Json:
    """The turn ends with that reply, and its tokens say the same."""
    end = await turn.end()
    same("the terminal event", end["type"], "eventual_response")
    same("its id", end["requestId"], turn.request)
    same("the reply", reply_of(end), text)
    same("the tokens", turn.tokens, text)
    return end
