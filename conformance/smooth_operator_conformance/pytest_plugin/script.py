"""A queue of scripted answers, one for each request; what is left over or missing has words."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass, field
from typing import Any

Json = Any


@dataclass(slots=True)
class Script:
    """The answers of one model or tool. Filled by the test, emptied by the gateway's thread."""

    what: str
    """`model main`, `tool look_up`: how messages name it."""
    inbox: str
    """Where the timeline of the test has its requests."""
    lenient: bool = False
    """It may be asked though nothing is scripted; it is refused then, and that is all."""
    entries: deque[Json] = field(default_factory=deque)
    standing: Json = None
    """What answers once the queue is empty, as often as it is asked."""
    taken: list[Json] = field(default_factory=list)
    """What answered each request so far; None stands for nothing."""

    def take(self) -> Json:
        """The next answer; None when there is none, which is remembered."""
        entry = self.entries.popleft() if self.entries else self.standing
        self.taken.append(entry)
        return entry

    def problems(self, asked: list[Json]) -> list[str]:
        """One line for each request without an answer, and each answer without a request."""
        bare = [] if self.lenient else [n for n, entry in enumerate(self.taken) if entry is None]
        missing = [
            f"{self.what}: no answer was scripted for request {n + 1}: {in_a_line(asked[n])}"
            for n in bare
            if n < len(asked)
        ]
        return missing + [f"{self.what}: nobody asked for {in_words(e)}" for e in self.entries]

    def story(self, asked: list[Json]) -> list[str]:
        """Two lines for each request: what was asked, what was answered."""
        lines = []
        for number, body in enumerate(asked):
            lines.append(f"{self.what} ← {in_a_line(body)}")
            entry = self.taken[number] if number < len(self.taken) else None
            lines.append(f"{self.what} → {in_words(entry) if entry else 'nothing was scripted'}")
        return lines


def in_words(entry: dict[str, Json]) -> str:
    """A scripted answer as the test wrote it."""
    if "http" in entry:
        return f"fails({entry['http']})"
    if entry.get("cut"):
        return f"drops({_short(entry['text'])})" if entry.get("text") else "drops()"
    if "calls" in entry:
        return ", ".join(f"calls_tool({c['name']!r}, {c['arguments']!r})" for c in entry["calls"])
    if "deltas" in entry:
        return f"says_in({_short(entry['deltas'])})"
    if "text" in entry:
        return f"says({_short(entry['text'])})"
    verb = "says_error" if entry.get("isError") else "returns"
    return f"{verb}({_short(entry.get('result'))})"


def in_a_line(body: Json) -> str:
    """A request in short: what the model is to answer, or what the tool is called with."""
    if "messages" in body:
        last = body["messages"][-1] if body["messages"] else {}
        return f"{last.get('role', 'nobody')}: {_cut(last.get('content'))}"
    return _cut(body.get("arguments", body))


def _cut(value: Json) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 200 else f"{text[:199]}…"


def _short(value: Json) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:79]}…"
