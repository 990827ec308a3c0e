"""Faults of the event log and of closing: numbers, replays, pages, close codes."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from smooth_operator_conformance.mutants.tape import Rewrite, Tape
from smooth_operator_conformance.walk import is_connection

PAGED = ("list_conversations", "get_conversation_messages")


def seq_skip(tape: Tape) -> Iterator[Rewrite]:
    """From some event on every number is one too high."""
    yield from _renumbered(tape, by=1)


def seq_repeat(tape: Tape) -> Iterator[Rewrite]:
    """From some event on every number is one too low, so that two neighbours share one."""
    yield from _renumbered(tape, by=-1)


def _renumbered(tape: Tape, by: int) -> Iterator[Rewrite]:
    seen: set[tuple[str, int]] = set()
    for index in tape.frames:
        key = tape.key(index)
        if key is None or key in seen:
            continue
        seen.add(key)
        if key[1] > 1:
            yield index, tape.shifted(key[0], key[1] - 1, by).entries


def _replays(tape: Tape) -> Iterator[list[int]]:
    """The replayed events of each resumed socket, in order."""
    runs: dict[str, list[int]] = {}
    for index in tape.frames:
        if tape.value(index).get("replay") is True:
            runs.setdefault(tape.entries[index].inbox, []).append(index)
    yield from runs.values()


def replay_drop(tape: Tape, which: int) -> Iterator[Rewrite]:
    """A resumed socket misses its first (0) or last (-1) replayed event."""
    for run in _replays(tape):
        yield run[which], tape.without([run[which]])


def replay_double(tape: Tape, which: int) -> Iterator[Rewrite]:
    """A resumed socket gets that event twice."""
    for run in _replays(tape):
        yield run[which], tape.inserted({run[which]: tape.value(run[which])})


def replay_unmarked(tape: Tape) -> Iterator[Rewrite]:
    """A replayed event does not say that it is one."""
    for run in _replays(tape):
        for index in run:
            value = {key: item for key, item in tape.value(index).items() if key != "replay"}
            yield index, tape.replaced({index: value})


def replay_timestamp(tape: Tape, kind: str) -> Iterator[Rewrite]:
    """A replayed event carries the time of its repetition."""
    for run in _replays(tape):
        for index in run:
            value = tape.value(index)
            if value["type"] == kind:
                yield index, tape.replaced({index: {**value, "timestamp": value["timestamp"] + 1}})


def page_repeat(tape: Tape) -> Iterator[Rewrite]:
    """A page that was asked for with a cursor is the page before it."""
    for action in PAGED:
        pages = list(tape.of_subject(action))
        for before, index in itertools.pairwise(pages):
            request = tape.request(index)
            if request.get("cursor") or request.get("before"):
                value = {**tape.value(index), "data": tape.value(before)["data"]}
                yield index, tape.replaced({index: value})


def _closes(tape: Tape) -> Iterator[tuple[int, dict[str, Any]]]:
    for index, entry in enumerate(tape.entries):
        if entry.kind == "closed" and entry.direction == "in" and is_connection(entry.inbox):
            yield index, entry.value or {}


def close_code(tape: Tape) -> Iterator[Rewrite]:
    """The server closes for another reason, as a number."""
    codes = [close["code"] for close in tape.surface.catalogue["closeCodes"]]
    for index, value in _closes(tape):
        if isinstance(value.get("code"), int):
            new = next(code for code in reversed(codes) if code != value["code"])
            yield index, tape.replaced({index: {**value, "code": new}})


def close_reason(tape: Tape) -> Iterator[Rewrite]:
    """The server closes for another reason, in words."""
    for index, value in _closes(tape):
        if value.get("reason"):
            yield index, tape.replaced({index: {**value, "reason": "mutant"}})
