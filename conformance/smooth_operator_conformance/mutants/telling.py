"""What a mutant run says on the terminal: who killed which, what is let off and why, what lives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from smooth_operator_conformance.mutants.inventory import Equivalent
from smooth_operator_conformance.records import MutantResult


def killers(results: Iterable[MutantResult]) -> Iterator[str]:
    """One line for each dead mutant: the first scenario that saw it, and how many more did."""
    dead: dict[str, dict[str, None]] = {}
    for result in results:
        if result.outcome == "killed" and result.mutant_class != "equivalent":
            dead.setdefault(result.id, {})[result.scenario] = None
    width = max((len(name) for name in dead), default=0)
    for name in sorted(dead):
        first, *others = dead[name]
        more = f" and {len(others)} more" if others else ""
        yield f"killed: {name:<{width}}  by {first}{more}"


def let_off(equivalents: Iterable[Equivalent]) -> Iterator[str]:
    """One line for each fault that a requirement allows."""
    for one in sorted(equivalents, key=lambda one: one.id):
        yield f"equivalent: {one.id} ({one.requirement}: {one.why})"


def alive(survivors: Iterable[str], results: Sequence[MutantResult]) -> Iterator[str]:
    """One line for each behaviour mutant that nobody noticed."""
    for mutant in survivors:
        tried = [result for result in results if result.id == mutant]
        why = tried[-1].reason if tried else "no trace has a place for it"
        yield f"survived: {mutant} ({why}; tried in {len(tried)} cases)"
