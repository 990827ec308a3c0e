"""Rolling: what is tried next, drawn so that most moves find something to act on."""

from __future__ import annotations

from random import Random

from .choosing import Numbers
from .world import World

Move = tuple[str, Numbers]

SHORTEST, LONGEST = 8, 45
ALWAYS = {
    "send": 2.0,
    "read": 1.5,
    "resume": 2.0,
    "several": 1.2,
    "race": 1.6,
    "create": 1.0,
    "open": 0.7,
    "cut": 0.8,
    "cancel": 0.6,
    "confirm": 0.4,
    "submit": 0.4,
    "verify": 0.4,
    "rename": 0.4,
    "bad": 0.5,
    "post": 0.3,
}


def length(random: Random) -> int:
    """How many moves a sequence makes."""
    return random.randint(SHORTEST, LONGEST)


def roll(random: Random, world: World) -> Move:
    """One move that the world as it is makes likely."""
    weights = dict(ALWAYS)
    parks = [turn.park.kind for turn in world.turns if turn.park is not None]
    weights["go"] = 11.0 if any(turn.holds for turn in world.turns) else 0.1
    weights["confirm"] += 4.0 if "confirmation" in parks else 0.0
    weights["submit"] += 4.0 if "interaction" in parks else 0.0
    if any(conversation.code for conversation in world.conversations):
        weights["verify"] += 7.0 if "otp" in parks else 1.5
    if any(conn.turn is None for conn in world.conns) and not parks:
        weights["send"] += 4.0
    verb = random.choices(list(weights), list(weights.values()))[0]
    a, b, c, d = (random.randrange(12) for _ in range(4))
    return verb, (a, b, c, d)
