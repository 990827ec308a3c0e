"""Random sequences of legal and illegal moves: every frame that comes back is one that must.

`SMOOTH_STATEFUL_SEQUENCES=5000` plays so many (200 otherwise) and `SMOOTH_STATEFUL_SEED=…` from
another first seed; each sequence depends on its own seed alone.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from itertools import count

import pytest

from .plans import PLANS, Plan
from .play import Play
from .rolling import Move, length, roll
from .shrinking import seeded, shrink
from .stage import House
from .world import World

SEQUENCES = int(os.environ.get("SMOOTH_STATEFUL_SEQUENCES", "200"))
FIRST = int(os.environ.get("SMOOTH_STATEFUL_SEED", "0"))

Moves = Callable[[World], Move | None]
Theme = tuple[Plan, ...]
Found = tuple[list[Move], Exception] | None


class Game:
    """An event loop and a server of each kind in it, for all sequences."""

    def __init__(self, runner: asyncio.Runner) -> None:
        self._runner = runner
        self._houses = {scoped: House(scoped=scoped) for scoped in (False, True)}
        self._stack = AsyncExitStack()
        self._plays = count(1)

    def open(self) -> None:
        async def enter() -> None:
            for house in self._houses.values():
                await self._stack.enter_async_context(house.open())

        self._runner.run(enter())

    def close(self) -> None:
        self._runner.run(self._stack.aclose())

    def explore(self, seed: int) -> None:
        """Play one random sequence; raises for a finding, with the short way to it."""
        random = seeded(seed)
        scoped, left = random.random() < 0.5, length(random)
        theme = tuple(random.sample(PLANS, random.randint(1, 6)))

        def rolled(world: World) -> Move | None:
            nonlocal left
            left -= 1
            return roll(random, world) if left >= 0 else None

        found = self._play(scoped, theme, rolled)
        if found is not None:
            raise self._shortened(scoped, theme, *found)

    def _shortened(
        self, scoped: bool, theme: Theme, moves: list[Move], problem: Exception
    ) -> Exception:
        short = shrink(moves, lambda shorter: self._replay(scoped, theme, shorter) is not None)
        again = self._replay(scoped, theme, short)
        if again is not None:
            problem = again[1]
        problem.add_note(f"scoped={scoped} theme={theme} moves={short}")
        return problem

    def _replay(self, scoped: bool, theme: Theme, moves: list[Move]) -> Found:
        left = iter(moves)
        return self._play(scoped, theme, lambda world: next(left, None))

    def _play(self, scoped: bool, theme: Theme, moves: Moves) -> Found:
        play = Play(self._houses[scoped], f"n{next(self._plays):06d}x", theme)
        try:
            self._runner.run(play.run(moves))
        except Exception as problem:
            return play.moves, problem
        return None


@pytest.fixture(scope="module")
def game() -> Iterator[Game]:
    with asyncio.Runner() as runner:
        game = Game(runner)
        game.open()
        yield game
        game.close()


def test_every_answer_is_due(game: Game) -> None:
    for seed in range(FIRST, FIRST + SEQUENCES):
        game.explore(seed)
