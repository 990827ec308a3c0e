"""The cases by name, in the order they are run in."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bench import cold_start, completion, corpus, idle, load, token_event, turn
from bench.conditions import Conditions
from bench.table import Row

CASES: Mapping[str, Callable[[Conditions], list[Row]]] = {
    "token": token_event.run,
    "turn": turn.run,
    "load": load.run,
    "completion": completion.run,
    "idle": idle.run,
    "start": cold_start.run,
    "corpus": corpus.run,
}
