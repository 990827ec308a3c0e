"""A row's figures: which sample stands for all, and ratios that read one way for every unit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.figures import median, percentile
from bench.row import Reading, Row

POSITIVE = st.floats(min_value=1e-6, max_value=1e6)


def test_a_percentile_is_one_of_the_values() -> None:
    values = [float(number) for number in range(100, 0, -1)]
    assert percentile(values, 0.5) == 51
    assert percentile(values, 0.99) == 100
    assert percentile([7.0], 0.99) == 7
    assert median([3.0, 1.0, 2.0]) == 2


def test_the_median_round_stands_for_all_and_the_best_where_said(row) -> None:
    slow = row(ours=Reading("ours", (3.0, 9.0, 4.0)), better="less")
    assert slow.value(slow.ours) == 4
    assert slow.of_best().value(slow.ours) == 3
    fast = row(ours=Reading("ours", (3.0, 9.0, 4.0)), better="more")
    assert fast.of_best().value(fast.ours) == 9


@pytest.mark.parametrize(("better", "ours", "theirs"), [("more", 20, 10), ("less", 10, 20)])
def test_twice_as_good_is_two_in_every_unit(row, better: str, ours: float, theirs: float) -> None:
    one = row(ours=ours, peer=Reading("p", (theirs,)), floor=Reading("f", (theirs,)), better=better)
    assert one.times_better == 2
    assert one.floors_cost == 0.5
    assert not one.behind


@given(ours=POSITIVE, theirs=POSITIVE, better=st.sampled_from(["less", "more"]))
def test_behind_is_exactly_what_the_published_server_does_better(
    ours: float, theirs: float, better
) -> None:
    one = Row("a/b", "w", "u", Reading("ours", (ours,)), None, Reading("p", (theirs,)), better)
    assert one.behind == (theirs < ours if better == "less" else theirs > ours)


@pytest.mark.parametrize("status", ["failed", "not here", "no counterpart"])
def test_without_a_figure_there_is_no_ratio(row, status: str) -> None:
    one = row(peer=Reading("p", status=status, note="why"))
    assert one.times_better is None
    assert not one.behind
