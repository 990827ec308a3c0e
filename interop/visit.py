"""A visit: one published client plays all acts against our server; what came of each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from interop.act import Act
from interop.acts import ACTS
from interop.environments import Published
from interop.house import Room, serving
from interop.puppet import Refused, Silent, puppet

OUTCOMES = ("passed", "failed", "not in its API")


@dataclass(frozen=True, slots=True)
class Played:
    """One act of one client."""

    act: str
    shows: str
    outcome: str
    detail: str = ""


async def visit(published: Published, acts: Sequence[Act] = tuple(ACTS)) -> list[Played]:
    """Play the acts, one server process for each profile. Raises NotStarted."""
    by_profile: defaultdict[str, list[Act]] = defaultdict(list)
    for act in acts:
        by_profile[act.profile].append(act)
    played: dict[str, Played] = {}
    for profile, its in by_profile.items():
        async with serving({act.name: act.agents for act in its}, profile) as house:
            for act in its:
                played[act.name] = await play(published, act, house.rooms[act.name])
            faults = house.faults()
        if faults:
            told = "; ".join(faults[:3])
            played[profile] = Played(f"server-{profile}", "nothing unasked for", "failed", told)
    return [played.pop(act.name) for act in acts] + list(played.values())


async def play(published: Published, act: Act, room: Room) -> Played:
    """One act with a client process of its own."""
    async with puppet(published) as client:
        try:
            missing = sorted(set(act.needs) - set(await client.call("can")))
            if missing:
                return Played(act.name, act.shows, "not in its API", ", ".join(missing))
            await act.play(client, room)
        except (AssertionError, Refused, Silent, LookupError, OSError) as error:
            told = f"{type(error).__name__}: {error}"
            return Played(act.name, act.shows, "failed", told[:600])
    return Played(act.name, act.shows, "passed")
