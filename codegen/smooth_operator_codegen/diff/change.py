"""What a change is, and how much of the version it costs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Bump(Enum):
    """How far the version must move; the values are what the report calls the changes."""

    NONE = "none"
    PATCH = "editorial"
    MINOR = "additive"
    MAJOR = "breaking"

    @property
    def weight(self) -> int:
        return list(Bump).index(self)


@dataclass(frozen=True, slots=True)
class Change:
    bump: Bump
    place: str
    text: str

    def order(self) -> tuple[int, str, str]:
        """The gravest first."""
        return -self.bump.weight, self.place, self.text

    def __str__(self) -> str:
        return f"{self.bump.value:9} {self.place}: {self.text}"
