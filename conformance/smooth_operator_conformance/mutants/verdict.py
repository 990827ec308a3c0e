"""Adds a mutant run up: K of N, unkept promises of scenarios, and why the run itself is red.

A name in `kill` is a promise of that file: a mutant of that name dies in one of its cases. In every
file at least one behaviour mutant dies; a name that stands for nothing is red.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from smooth_operator_conformance.mutants.vocabulary import meant, problem
from smooth_operator_conformance.records import MutantClass, MutantResult, MutantTotals

MOST_EQUIVALENT = 0.05


@dataclass(frozen=True, slots=True)
class Promise:
    """The `kill` list of one scenario file that ran green on the target."""

    scenario: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Population:
    """Ids and their classes: event and live mutants and source patches together."""

    classes: dict[str, MutantClass]

    def of(self, wanted: MutantClass) -> list[str]:
        """Ids of a class."""
        return [mutant for mutant, found in self.classes.items() if found == wanted]


def add_up(
    population: Population,
    results: Sequence[MutantResult],
    promises: Iterable[Promise],
    red: Iterable[str] = (),
) -> MutantTotals:
    """The totals; `red` starts with what earlier stages already found."""
    killed = {result.id for result in results if result.outcome == "killed"}
    behaviour, shape = population.of("behaviour"), population.of("shape")
    equivalent = population.of("equivalent")
    reasons = [*red, *broken_promises(population, results, promises)]
    if len(equivalent) > MOST_EQUIVALENT * len(population.classes):
        reasons.append(f"{len(equivalent)} equivalent mutants are more than 5 %")
    identity = not any(reason.startswith("identity") for reason in reasons)
    return MutantTotals(
        killed=sum(mutant in killed for mutant in behaviour),
        total=len(behaviour),
        shape_killed=sum(mutant in killed for mutant in shape),
        shape_total=len(shape),
        equivalent=len(equivalent),
        identity_green=identity,
        red=tuple(reasons),
    )


def broken_promises(
    population: Population, results: Sequence[MutantResult], promises: Iterable[Promise]
) -> list[str]:
    """One sentence for each name that is unknown or killed nothing where it stands."""
    dead: dict[str, set[str]] = {}
    proving: set[str] = set()
    for result in results:
        if result.outcome == "killed":
            dead.setdefault(result.scenario, set()).add(result.id)
            if result.mutant_class == "behaviour":
                proving.add(result.scenario)
    ids = list(population.classes)
    reasons: list[str] = []
    for promise in promises:
        here = dead.get(promise.scenario, set())
        for name in promise.names:
            unknown = problem(name, ids)
            if unknown:
                reasons.append(f"{promise.scenario}: {unknown}")
            elif not here & set(meant(name, ids)):
                reasons.append(f"{promise.scenario}: {name} kills nothing there")
        if promise.scenario not in proving:
            reasons.append(f"{promise.scenario}: it kills no behaviour mutant")
    return reasons


def last_line(totals: MutantTotals) -> str:
    """`mutants: K of N killed`: the last line on the terminal."""
    return f"mutants: {totals.killed} of {totals.total} killed"
