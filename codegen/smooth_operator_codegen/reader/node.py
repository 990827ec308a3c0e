"""A JSON value that knows where it stands, so that every refusal names file and JSON pointer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

from smooth_operator_codegen.refusal import SpecError


@dataclass(frozen=True, slots=True)
class Node:
    file: str
    pointer: str
    value: Any

    def refuse(self, problem: str, remedy: str) -> NoReturn:
        raise SpecError(self.file, self.pointer, problem, remedy)

    def child(self, key: str | int) -> Node:
        """The value under a key; refuses when it is missing."""
        if isinstance(key, str) and key not in self.object():
            self.refuse(f"lacks {key!r}", f"add {key!r}")
        step = str(key).replace("~", "~0").replace("/", "~1")
        return Node(self.file, f"{self.pointer}/{step}", self.value[key])

    def maybe(self, key: str) -> Node | None:
        """The value under a key, or nothing when the key is absent or null."""
        return self.child(key) if self.object().get(key) is not None else None

    def has(self, key: str) -> bool:
        return key in self.object()

    def object(self) -> dict[str, Any]:
        if not isinstance(self.value, dict):
            self.refuse("is no object", "write an object")
        return self.value

    def entries(self) -> Iterator[tuple[str, Node]]:
        """Keys and values of an object, in file order."""
        for key in self.object():
            yield key, self.child(key)

    def items(self) -> Iterator[Node]:
        """The values of an array."""
        if not isinstance(self.value, list):
            self.refuse("is no array", "write an array")
        for index in range(len(self.value)):
            yield self.child(index)

    def string(self) -> str:
        if not isinstance(self.value, str) or not self.value.strip():
            self.refuse("is no text", "write a non-empty string")
        return self.value

    def strings(self) -> tuple[str, ...]:
        return tuple(each.string() for each in self.items())

    def boolean(self) -> bool:
        if not isinstance(self.value, bool):
            self.refuse("is neither true nor false", "write a boolean")
        return self.value

    def integer(self) -> int:
        if isinstance(self.value, bool) or not isinstance(self.value, int):
            self.refuse("is no integer", "write an integer")
        return self.value

    def number(self) -> float:
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            self.refuse("is no number", "write a number")
        return self.value

    def flag(self, key: str) -> bool:
        """A boolean that counts as false when it is absent."""
        found = self.maybe(key)
        return found.boolean() if found else False

    def text_or_none(self, key: str) -> str | None:
        found = self.maybe(key)
        return found.string() if found else None

    def only(self, allowed: Iterable[str], what: str) -> None:
        """Refuse every key that the reader would not look at."""
        known = frozenset(allowed)
        for key in self.object():
            if key not in known:
                self.child(key).refuse(
                    f"the key {key!r} is not modelled for {what}",
                    f"remove it or use one of: {', '.join(sorted(known))}",
                )
