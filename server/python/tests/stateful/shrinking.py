"""Shrinking: from a sequence that found something to a short one that finds it too."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from .rolling import Move

MOST_TRIES = 150


def shrink(moves: list[Move], fails: Callable[[list[Move]], bool]) -> list[Move]:
    """Leave out stretches of moves, then make numbers small, as long as it still fails."""
    tries = 0

    def holds(shorter: list[Move]) -> bool:
        nonlocal tries
        tries += 1
        return tries <= MOST_TRIES and fails(shorter)

    size = max(1, len(moves) // 2)
    while size:
        start = 0
        while start < len(moves):
            shorter = moves[:start] + moves[start + size :]
            if holds(shorter):
                moves = shorter
            else:
                start += size
        size //= 2
    for place, (verb, numbers) in enumerate(moves):
        for at, number in enumerate(numbers):
            a, b, c, d = (0 if at == other else kept for other, kept in enumerate(numbers))
            smaller = (a, b, c, d)
            simpler: list[Move] = [*moves[:place], (verb, smaller), *moves[place + 1 :]]
            if number and holds(simpler):
                moves, numbers = simpler, smaller
    return moves


def seeded(seed: int) -> Random:
    """One sequence's own randomness, so that any one can be played alone."""
    return Random(f"sequence {seed}")
