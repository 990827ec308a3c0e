"""Samples: a stack counts for the innermost known part on it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from types import FrameType

import pytest

from bench.profile import OTHERS, _shares
from bench.sampled import LOOP, part


def _stack(names: Sequence[str]) -> FrameType:
    """The innermost frame of calls through modules of these names, the outermost first."""
    found: list[FrameType] = []
    call = "call()" if len(names) > 1 else "keep()"
    inner = (lambda: found.append(_stack(names[1:]))) if len(names) > 1 else None
    scope = {"__name__": names[0], "call": inner, "keep": lambda: found.append(sys._getframe(1))}
    exec(f"def run(): {call}\nrun()", scope)
    return found[0]


@pytest.mark.parametrize(
    ("names", "met"),
    [
        (["smooth_operator_server.turns.runner"], "our turns"),
        (["smooth_operator_server.turns.runner", "json.encoder"], "our turns"),
        (["smooth_operator_server.models.gateway", "aiohttp.client"], "aiohttp"),
        (["aiohttp.client", "smooth_operator.protocol.decode"], "our generated protocol"),
    ],
)
def test_the_innermost_known_module_is_met(names: list[str], met: str) -> None:
    assert part(_stack(names)) == met


def test_a_stack_without_one_is_the_event_loops() -> None:
    assert part(None) == LOOP


def test_small_parts_are_put_together() -> None:
    assert _shares({"a": 98, "b": 1, "c": 1}) == {"a": 98.0, OTHERS: 2.0}
