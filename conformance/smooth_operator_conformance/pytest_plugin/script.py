"""A queue of scripted answers, one for each request; what is left over or missing has words."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any

Json = Any


@dataclass(slots=True)
class Script:
    """The answers of one model or tool. Filled by the test, emptied by the gateway's thread."""

    what: str
    """`model main`, `tool look_up`: how messages name it."""
    entries: deque[Json] = field(default_factory=deque)
    standing: Json = None
    """What answers once the queue is empty, as often as it is asked."""
    unscripted: int = 0
    """Requests that found neither."""

    def take(self) -> Json:
        """The next answer; None when there is none, which is remembered."""
        if self.entries:
            return self.entries.popleft()
        if self.standing is None:
            self.unscripted += 1
        return self.standing

    def left_over(self) -> list[str]:
        """One line for each answer that nobody asked for."""
        return [f"{self.what}: nobody asked for {in_words(entry)}" for entry in self.entries]


def in_words(entry: dict[str, Json]) -> str:
    """A scripted answer as the test wrote it."""
    if "http" in entry:
        return f"fails({entry['http']})"
    if entry.get("cut"):
        return "drops()"
    if "calls" in entry:
        return ", ".join(f"calls_tool({c['name']!r}, {c['arguments']!r})" for c in entry["calls"])
    if "deltas" in entry:
        return f"says_in({_short(entry['deltas'])})"
    if "text" in entry:
        return f"says({_short(entry['text'])})"
    return f"returns({_short(entry.get('result'))})"


def _short(value: Json) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}…'"
