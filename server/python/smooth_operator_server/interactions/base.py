"""The interaction seam: what every kind of card can do, free of I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Raise:
    """A raise tool's arguments, read: what to show and why."""

    spec: Mapping[str, Any]
    reason: str


@dataclass(frozen=True, slots=True)
class BadRaise:
    """The model's arguments make no card; the text tells it what to mend."""

    text: str


@dataclass(frozen=True, slots=True)
class FieldProblem:
    field: str
    message: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """Canonical values; `contact` holds `userName`, `contactEmail`, `contactPhone` to apply."""

    values: Mapping[str, Any]
    contact: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Refused:
    problems: tuple[FieldProblem, ...]


class InteractionKind(Protocol):
    """One kind of card (wire facts §10)."""

    @property
    def name(self) -> str: ...
    @property
    def capability(self) -> str: ...
    @property
    def raise_tool(self) -> str: ...

    def parse_raise(self, arguments: Mapping[str, Any]) -> Raise | BadRaise: ...

    def validate(self, values: Any, spec: Mapping[str, Any] | None) -> Accepted | Refused:
        """Exact messages of wire facts §10.4 and §10.5; `spec` None checks the format only."""
        ...
