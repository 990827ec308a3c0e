"""Rounds: everybody in turn; who does not serve gets an error instead of a figure."""

from __future__ import annotations

import pytest

from bench.children import NotStarted
from bench.conditions import Conditions
from bench.growth import Grown, _compare
from bench.link import Unserved
from bench.rounds import OURS, Compared, Measures, Trial, interleaved, nobody


def test_subjects_take_turns() -> None:
    asked: list[str] = []

    def once(subject: str) -> Measures:
        asked.append(subject)
        return {"cost": float(len(asked))}

    trials = interleaved({"a": "A", "b": "B"}, 2, once)
    assert asked == ["A", "B", "A", "B"]
    assert trials["b"].reading("b", "cost").samples == (2.0, 4.0)


@pytest.mark.parametrize("error", [Unserved("lost"), NotStarted("lost"), ConnectionError("lost")])
def test_one_that_fails_in_any_round_has_no_figure_and_hinders_nobody(error: Exception) -> None:
    asked: list[str] = []

    def once(subject: str) -> Measures:
        asked.append(subject)
        if subject == "A" and len(asked) > 2:
            raise error
        return {"cost": 1.0}

    trials = interleaved({"a": "A", "b": "B"}, 3, once)
    assert asked == ["A", "B", "A", "B", "B"]
    failed = trials["a"].reading("a", "cost")
    assert (failed.samples, failed.status, failed.note) == ((), "failed", "error: lost")
    assert len(trials["b"].reading("b", "cost").samples) == 3


def test_one_that_did_not_start_is_not_asked() -> None:
    trials = interleaved({"a": NotStarted("no port")}, 2, lambda subject: {"cost": 1.0})
    assert trials["a"].failed == "error: no port"


def test_a_row_says_why_it_has_no_peer() -> None:
    trials = {OURS: Trial(samples={"cost": [1.0]})}
    absent = Compared(trials, "", Conditions(missing="no network")).row("a/b", "w", "u", "cost")
    assert (absent.peer.status, absent.peer.note) == ("not here", "no network")
    alone = Compared(trials, "", Conditions(), nobody("only ours")).row("a/b", "w", "u", "cost")
    assert (alone.peer.status, alone.peer.note) == ("no counterpart", "only ours")


def test_growth_is_compared_after_as_many_turns() -> None:
    fast, slow = Trial(), Trial()
    mib = 1_048_576
    grown = [Grown({5_000: 4 * mib, 10_000: 6 * mib}), Grown({5_000: 5 * mib})]
    _compare([fast, slow], grown)
    assert (fast.samples["memory"], slow.samples["memory"]) == ([8.0], [10.0])
    assert fast.note == slow.note == "scaled from 5,000 turns"
