"""Random sequences of legal and illegal moves: every frame that comes back is one that must."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import AsyncExitStack
from itertools import count

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from .play import Move, Play
from .stage import House

SEQUENCES = int(os.environ.get("SMOOTH_STATEFUL_SEQUENCES", "200"))
"""How many sequences; the long campaign asks for 5000, and draws new ones each time."""
ORDINARY = "SMOOTH_STATEFUL_SEQUENCES" not in os.environ

VERBS = (
    ["go"] * 9
    + ["send"] * 6
    + ["confirm", "submit", "verify", "read", "resume", "several", "race"] * 2
    + ["create", "open", "cut", "cancel", "rename", "bad", "post"]
)
NUMBER = st.integers(0, 11)
MOVES: st.SearchStrategy[list[Move]] = st.lists(
    st.tuples(st.sampled_from(VERBS), st.tuples(NUMBER, NUMBER, NUMBER, NUMBER)),
    min_size=1,
    max_size=30,
)


@pytest.fixture(scope="module")
def stages() -> Iterator[tuple[asyncio.Runner, dict[bool, House]]]:
    """The event loop, and a server of each kind in it, for all sequences."""
    with asyncio.Runner() as runner:
        stack, houses = AsyncExitStack(), {scoped: House(scoped=scoped) for scoped in (0, 1)}

        async def open_all() -> None:
            for house in houses.values():
                await stack.enter_async_context(house.open())

        runner.run(open_all())
        yield runner, {bool(scoped): house for scoped, house in houses.items()}
        runner.run(stack.aclose())


NONCES = count(1)


def test_every_answer_is_due(stages: tuple[asyncio.Runner, dict[bool, House]]) -> None:
    runner, houses = stages

    @settings(
        max_examples=SEQUENCES,
        derandomize=ORDINARY,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        deadline=None,
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
        print_blob=True,
    )
    @given(scoped=st.booleans(), moves=MOVES)
    def sequences(scoped: bool, moves: list[Move]) -> None:
        nonce = f"n{next(NONCES):06d}x"
        runner.run(Play(houses[scoped], nonce).run(moves))

    sequences()
