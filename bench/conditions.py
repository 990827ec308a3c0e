"""Conditions: what a run of the benchmarks was given."""

from __future__ import annotations

from dataclasses import dataclass

from bench.peer import Peer


@dataclass(frozen=True, slots=True)
class Conditions:
    """`peer` None: the published server is not on this machine, and its rows are left out."""

    peer: Peer | None = None
