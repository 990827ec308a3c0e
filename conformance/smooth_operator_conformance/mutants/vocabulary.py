"""What a name in `kill` means: which mutants it stands for, or why it stands for none."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

FIELD_VERBS = frozenset(
    {"flip", "nudge", "cut", "other", "shorten", "reorder", "drop-field", "blend", "skew"}
)


def matches(name: str, mutant: str) -> bool:
    """Whether a `kill` name stands for the mutant with this id.

    A field may be named by the end of its path, and without its member.
    """
    name = name.replace(".[]", "[]")
    if name == mutant:
        return True
    verb, _, field = name.partition(":")
    other_verb, _, other_field = mutant.partition(":")
    if verb != other_verb or verb not in FIELD_VERBS:
        return False
    path, member = _split(field)
    other_path, other_member = _split(other_field)
    if member and member != other_member:
        return False
    parts, other_parts = path.split("."), other_path.split(".")
    return other_parts[-len(parts) :] == parts


def _split(field: str) -> tuple[str, str]:
    """Path and member: `error.code`, `SESSION_NOT_FOUND`; `[]` belongs to the path."""
    head, bracket, tail = field.rpartition("[")
    if bracket and tail != "]" and tail.endswith("]"):
        return head, tail[:-1]
    return field, ""


def meant(name: str, mutants: Iterable[str]) -> tuple[str, ...]:
    """The ids that a name stands for."""
    return tuple(mutant for mutant in mutants if matches(name, mutant))


def problem(name: str, mutants: Iterable[str]) -> str:
    """Why a name is unknown, with the nearest ones; empty when it is known."""
    known = tuple(mutants)
    if meant(name, known):
        return ""
    spelled = {operator(mutant) for mutant in known}
    near = difflib.get_close_matches(name, sorted(spelled), n=3)
    hint = f"; near: {', '.join(near)}" if near else ""
    return f"no mutant is called {name!r}{hint}"


def operator(mutant: str) -> str:
    """An id without its member."""
    verb, colon, field = mutant.partition(":")
    return f"{verb}{colon}{_split(field)[0]}"
