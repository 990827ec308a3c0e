"""Requirements: which MUSTs are proven, claimed, unobservable or not listed at all.

A MUST is proven when a mutant tagged with it dies in a scenario that lists it; it is claimed when a
scenario lists it and nothing more is known. A run without mutants therefore proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from smooth_operator_conformance.records import CaseResult, MutantResult, RequirementTotals

RAN = frozenset({"pass", "fail", "expected-fail", "unexpected-pass", "rescued"})


@dataclass(frozen=True, slots=True)
class Must:
    """A MUST of the contract; `unobservable` says why no black box can see it, else is empty."""

    id: str
    unobservable: str = ""


def musts(entries: Iterable[Mapping[str, object]], side: str = "server") -> tuple[Must, ...]:
    """The MUSTs of one side in `requirements.json`, in its order."""
    found: list[Must] = []
    for entry in entries:
        if entry.get("level", "MUST") != "MUST" or entry.get("side", side) not in (side, "both"):
            continue
        seen = entry.get("observable", True)
        reason = "" if seen else str(entry.get("reason") or "no black box can see it")
        found.append(Must(str(entry["id"]), reason))
    return tuple(found)


def coverage(
    required: Iterable[Must],
    cases: Iterable[CaseResult],
    mutants: Iterable[MutantResult] = (),
) -> RequirementTotals:
    """Sort the MUSTs into the four groups; scenarios that never ran claim nothing."""
    listed = {rid for case in cases if case.outcome in RAN for rid in case.requirements}
    dead = {rid for mutant in mutants if mutant.outcome == "killed" for rid in mutant.requirements}
    groups: dict[str, list[str]] = {"proven": [], "claimed": [], "unobservable": [], "unlisted": []}
    for must in required:
        if must.unobservable:
            groups["unobservable"].append(must.id)
        elif must.id not in listed:
            groups["unlisted"].append(must.id)
        else:
            groups["proven" if must.id in dead else "claimed"].append(must.id)
    return RequirementTotals(**{name: tuple(ids) for name, ids in groups.items()})


def line(found: RequirementTotals) -> str:
    """The counts in one line."""
    return (
        f"requirements: {len(found.proven)} proven, {len(found.claimed)} claimed, "
        f"{len(found.unobservable)} unobservable, {len(found.unlisted)} without a scenario"
    )
