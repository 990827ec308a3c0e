"""Ids that differ from run to run: remembered where they first appear, named where used again."""

from __future__ import annotations

import re
from typing import Any

Json = Any
UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")
_PLACEHOLDER = re.compile(r"\{\{")


class Names:
    """Values of the recording and the placeholders that stand for them in the scenario."""

    def __init__(self) -> None:
        self._known: dict[Json, str] = {}
        self._cursors: dict[str, str] = {}
        self._numbers: dict[str, int] = {}
        self.agents: dict[str, str] = {}
        """agentId as sent to the short name of the agent that stands in for it."""

    def agent(self, sent: str) -> str:
        """The placeholder of an agent; another id is another agent."""
        short = self.agents.setdefault(sent, "main" if not self.agents else _short(self.agents))
        return f"{{{{agents.{short}.id}}}}"

    def knows(self, value: Json) -> bool:
        """Whether a value has been remembered."""
        return _hashable(value) and value in self._known

    def bind(self, value: Json, stem: str, kind: str = "string") -> Json:
        """A matcher: the first time it remembers, later it wants the same value."""
        if self.knows(value):
            return self._known[value]
        number = self._numbers[stem] = self._numbers.get(stem, 0) + 1
        name = f"{stem}{number}"
        self._known[value] = f"{{{{{name}}}}}"
        return {"$as": name, "$type": kind}

    def cursor(self, value: str) -> Json:
        """A matcher for a cursor. Each page hands out its own, equal only by chance, and a
        published one is a message's id: it stands under its newest name."""
        number = self._numbers["cursor"] = self._numbers.get("cursor", 0) + 1
        self._cursors[value] = f"{{{{cursor{number}}}}}"
        return {"$as": f"cursor{number}", "$type": "string"}

    def use_cursor(self, value: Json) -> Json:
        """The placeholder of a cursor, or the value as it is."""
        return self._cursors.get(value, literal(value)) if isinstance(value, str) else value

    def teach(self, value: Json, placeholder: str) -> None:
        """A value is known by a placeholder from elsewhere."""
        self._known[value] = placeholder

    def use(self, value: Json) -> Json:
        """The placeholder of a value, or the value as it is."""
        return self._known[value] if self.knows(value) else literal(value)


def _hashable(value: Json) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool)


def _short(taken: dict[str, str]) -> str:
    return f"agent{len(taken) + 1}"


def literal(value: Json) -> Json:
    """A value in which nothing is read as a placeholder."""
    if isinstance(value, str):
        return _PLACEHOLDER.sub("{ {", value)
    if isinstance(value, list):
        return [literal(inner) for inner in value]
    if isinstance(value, dict):
        return {literal(key): literal(inner) for key, inner in value.items()}
    return value


def exactly(value: Json) -> Json:
    """A matcher for a value of the recording, whatever its keys are called."""
    value = literal(value)
    return {"$is": value} if isinstance(value, dict | list) else value
