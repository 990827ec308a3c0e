"""Fields that a conforming server never sends are in no schema example of its own frames."""

from __future__ import annotations

import json
from pathlib import Path

from smooth_operator_conformance.mutants.population import population
from smooth_operator_conformance.mutants.surface import Surface
from smooth_operator_conformance.mutants.tape import Tape
from smooth_operator_conformance.mutants.unsent import (
    FIELDS,
    IMPOSSIBLE,
    MEMBERS,
    UNSENT,
    appearing,
)
from smooth_operator_conformance.records import TraceEntry

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


def test_what_appears_after_all_is_named(surface: Surface, tape: Tape) -> None:
    assert list(appearing(tape)) == []
    chunk = {"type": "stream_chunk", "data": {"done": True}}
    error = {"type": "error", "error": {"code": "OTP_SEND_FAILED"}}
    entries = tuple(TraceEntry(0.0, "a", "in", "frame", frame) for frame in (chunk, error))
    found = set(appearing(Tape(entries, surface)))
    assert found == {"stream_chunk.done", "error.code[OTP_SEND_FAILED]"}
