"""Fields that a conforming server never sends are in no schema example of its own frames."""

from __future__ import annotations

import json
from pathlib import Path

from smooth_operator_conformance.mutants.population import population
from smooth_operator_conformance.mutants.surface import Surface
from smooth_operator_conformance.mutants.unsent import FIELDS, IMPOSSIBLE, MEMBERS, UNSENT

SPEC = Path(__file__).parents[3] / "spec"


def test_every_entry_names_something_that_exists(surface: Surface) -> None:
    names = {leaf.name: leaf for leaf in surface.leaves}
    assert set(FIELDS) <= set(names)
    for entry in MEMBERS:
        field, _, member = entry.rstrip("]").rpartition("[")
        assert member in names[field].members


def test_every_entry_names_a_requirement() -> None:
    entries = json.loads((SPEC / "requirements.json").read_text(encoding="utf-8"))
    known = {entry["id"] for entry in entries}
    assert {*FIELDS.values(), *MEMBERS.values(), *IMPOSSIBLE.values()} <= known


def test_none_of_them_is_a_mutant(surface: Surface) -> None:
    made = {mutant.id for mutant in population(surface)}
    made |= {mutant.operator for mutant in population(surface) if mutant.operator in UNSENT}
    assert made & UNSENT == set()
