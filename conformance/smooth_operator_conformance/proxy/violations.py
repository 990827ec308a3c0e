"""What the proxy says about a frame: whose fault, by which requirement, where in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Json = Any
Side = Literal["server", "client"]
Level = Literal["published", "contract"]
"""What promises it: the published protocol, or only the contract that a `welcome` stands for."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A judgement before it is known which frame and connection it is about."""

    requirement: str
    what: str
    """What happened, in one sentence."""
    path: str = "/"
    """JSON pointer into the frame."""
    side: Side = "server"
    level: Level = "published"


@dataclass(frozen=True, slots=True)
class Violation:
    """A requirement that a frame breaks."""

    requirement: str
    sentence: str
    """The requirement's own words."""
    what: str
    path: str
    side: Side
    connection: str
    entry: int
    """Index of the frame in the recording."""
    frame: Json
    """The frame, secrets masked."""
    binding: bool = True
    """False: this server did not say that it knows the contract, and the published protocol does
    not promise it; told, not counted."""
