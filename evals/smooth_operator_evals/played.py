"""What a question came to when it was played: the raw material of graders and judge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Source:
    """A citation, as far as graders look at it."""

    id: str
    title: str
    snippet: str = ""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool call. `arguments` is what it parses to, or its text when it does not."""

    name: str
    arguments: Any


@dataclass(frozen=True, slots=True)
class PlayedTurn:
    """One turn. `error` is set when it failed, and then `text` is what had arrived.

    `announced` are the calls that the events told of, `ran` those that reached the tool itself:
    None where the tool is not ours to watch.
    """

    said: str
    text: str = ""
    sources: tuple[Source, ...] = ()
    announced: tuple[ToolCall, ...] = ()
    ran: tuple[ToolCall, ...] | None = None
    error: str = ""
    seconds: float = 0.0
