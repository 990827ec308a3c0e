"""Conditions: what a run of the benchmarks was given."""

from __future__ import annotations

from dataclasses import dataclass

from bench.peer import Peer


@dataclass(frozen=True, slots=True)
class Conditions:
    """`peer` None: the published server is not on this machine; `missing` says why."""

    peer: Peer | None = None
    missing: str = "no --peer given"
    quick: bool = False
    """A fraction of the rounds: to see that everything works, not to quote."""

    def rounds(self, whole: int) -> int:
        """How often a case measures."""
        return 1 if self.quick else whole

    def some(self, whole: int) -> int:
        """How many turns, connections or starts a case takes."""
        return max(1, whole // 10) if self.quick else whole
