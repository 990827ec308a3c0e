"""When a MUST counts as proven."""

from __future__ import annotations

import dataclasses

from smooth_operator_conformance.records import CaseResult, MutantResult
from smooth_operator_conformance.reporting.coverage import Must, coverage, line, musts

MUTANT = MutantResult(
    "drop:pong", "drop:pong", "event", "behaviour", "t", "a/b", "killed", requirements=("A-001",)
)
MUSTS = (Must("A-001"), Must("A-002"), Must("A-003", "needs a clock"), Must("A-004"))
CASES = (CaseResult("a/b", "t", "pass", requirements=("A-001", "A-002", "A-003")),)


def test_the_four_groups() -> None:
    found = coverage(MUSTS, CASES, (MUTANT,))
    assert (found.proven, found.claimed) == (("A-001",), ("A-002",))
    assert (found.unobservable, found.unlisted) == (("A-003",), ("A-004",))
    assert line(found).startswith("requirements: 1 proven, 1 claimed, 1 unobservable, 1 without")


def test_without_mutants_nothing_is_proven() -> None:
    assert coverage(MUSTS, CASES).proven == ()


def test_a_survivor_proves_nothing() -> None:
    survivor = dataclasses.replace(MUTANT, outcome="survived")
    assert coverage(MUSTS, CASES, (survivor,)).proven == ()


def test_a_scenario_that_did_not_run_claims_nothing() -> None:
    cases = (CaseResult("a/b", "t", "could-not-run", requirements=("A-001",)),)
    assert coverage(MUSTS, cases).unlisted == ("A-001", "A-002", "A-004")


def test_only_the_musts_of_a_side_are_read() -> None:
    entries = [
        {"id": "A-001", "level": "MUST", "side": "server", "observable": True},
        {"id": "A-002", "level": "SHOULD", "side": "server", "observable": True},
        {"id": "A-003", "level": "MUST", "side": "server", "observable": False, "reason": "why"},
        {"id": "A-004", "level": "MUST", "side": "client", "observable": True},
    ]
    assert musts(entries) == (Must("A-001"), Must("A-003", "why"))
    assert musts(entries, side="client") == (Must("A-004"),)
