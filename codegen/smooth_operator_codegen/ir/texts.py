"""Sentences, built-in tools, lexical tables and requirements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from smooth_operator_codegen.ir.shapes import Json


@dataclass(frozen=True, slots=True)
class Sentence:
    """A fixed text; `parts` alternates literal text and placeholder names, literal first."""

    id: str
    audience: str
    text: str
    placeholders: tuple[str, ...]
    parts: tuple[str, ...]
    doc: str
    contractual: bool = False


@dataclass(frozen=True, slots=True)
class BuiltInTool:
    """A tool that servers offer to the model; `parameters` is data and is sent as it stands."""

    name: str
    description: str
    parameters: Mapping[str, Json]
    fill: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class LexicalTables:
    """Code points; ranges are inclusive."""

    fold: tuple[tuple[int, str], ...]
    drop: tuple[tuple[int, int], ...]
    gram: tuple[tuple[int, int], ...]
    separator: tuple[tuple[int, int], ...]
    stop_words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Requirement:
    """`reason` says why an unobservable one cannot be proven from outside."""

    id: str
    level: str
    side: str
    text: str
    place: str
    observable: bool
    reason: str | None = None

    @property
    def area(self) -> str:
        return self.id.partition("-")[0]

    def speaks_of(self, file: str, entry: str) -> bool:
        """Whether its place is in that schema file, or at that entry of the catalogue."""
        name, _, pointer = self.place.partition("#")
        return name == file or (name == "catalogue.json" and _within(pointer, entry))


def _within(pointer: str, entry: str) -> bool:
    return pointer == entry or pointer.startswith(entry + "/")
