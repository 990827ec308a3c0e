"""The cases by name, in the order they are run in."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bench import (
    cold_start,
    completion,
    corpus,
    growth,
    idle,
    load,
    profile,
    token_event,
    turn,
    wait,
)
from bench.conditions import Conditions
from bench.row import Row

CASES: Mapping[str, Callable[[Conditions], list[Row]]] = {
    "token": token_event.run,
    "turn": turn.run,
    "wait": wait.run,
    "load": load.run,
    "completion": completion.run,
    "idle": idle.run,
    "growth": growth.run,
    "start": cold_start.run,
    "corpus": corpus.run,
    "profile": profile.run,
}
