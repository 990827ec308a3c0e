"""What a mutant run prints."""

from __future__ import annotations

from dataclasses import replace

from smooth_operator_conformance.mutants.inventory import Equivalent
from smooth_operator_conformance.mutants.telling import alive, killers, let_off
from smooth_operator_conformance.records import MutantResult

DEAD = MutantResult(
    id="drop:pong",
    operator="drop:pong",
    kind="event",
    mutant_class="behaviour",
    target="t",
    scenario="actions/ping",
    outcome="killed",
)


def test_the_first_killer_is_named_and_the_rest_are_counted() -> None:
    again = [DEAD, DEAD, replace(DEAD, scenario="handshake/plain")]
    lived = replace(DEAD, id="cut:x", outcome="survived")
    assert list(killers([lived, *again])) == ["killed: drop:pong  by actions/ping and 1 more"]


def test_an_equivalent_is_nobodys_kill() -> None:
    assert not list(killers([replace(DEAD, mutant_class="equivalent")]))
    free = Equivalent("nudge:y", "LIMIT-009", "A hint.")
    assert list(let_off([free])) == ["equivalent: nudge:y (LIMIT-009: A hint.)"]


def test_a_survivor_says_where_it_was_tried() -> None:
    lived = replace(DEAD, outcome="survived", reason="nothing looked")
    assert list(alive(["drop:pong", "cut:z"], [lived])) == [
        "survived: drop:pong (nothing looked; tried in 1 cases)",
        "survived: cut:z (no trace has a place for it; tried in 0 cases)",
    ]
