"""Budgets: each judges the figure it is about, and names by how much it was missed."""

from __future__ import annotations

import pytest

from bench import summary
from bench.budgets import verdict
from bench.row import Reading


def test_a_ratio_is_judged_against_the_published_server(row) -> None:
    kept, missed = verdict(row(ours=20.0)), verdict(row(ours=15.0))
    assert kept
    assert missed
    assert (kept.word, kept.bound) == ("met", "≥ 20 × published")
    assert missed.word == "missed by 25.0 %"


@pytest.mark.parametrize(("p50", "word"), [(1.0, "met"), (0.2, "met"), (1.5, "missed by 50.0 %")])
def test_less_is_judged_in_the_rows_unit(row, p50: float, word: str) -> None:
    found = verdict(row("turn/p50", ours=p50, better="less"))
    assert found
    assert found.word == word


@pytest.mark.parametrize(("rate", "word"), [(40_000, "met"), (30_000, "missed by 25.0 %")])
def test_more_is_judged_in_the_rows_unit(row, rate: float, word: str) -> None:
    found = verdict(row("token/apart/rate", ours=rate))
    assert found
    assert found.word == word


def test_a_ratio_without_a_peer_is_not_judged(row) -> None:
    found = verdict(row(peer=Reading("p", status="not here", note="no network")))
    assert found
    assert found.word == "not judged"


def test_a_row_that_nobody_bounded_has_no_verdict(row) -> None:
    assert verdict(row("load/1/2/cpu")) is None


def test_the_last_lines_list_who_is_behind_and_what_is_missed(row) -> None:
    ahead, behind = row(ours=21.0), row("growth/one", ours=0.5)
    late = row("turn/p50", ours=3.0, better="less", peer=Reading("p", status="no counterpart"))
    lines = summary.lines([ahead, behind, late])
    assert lines == [
        "behind the published server: 1 of 2 rows",
        "  what growth/one is, turns/s: 0.5 against 1, 2 x worse",
        "budgets: 1 met, 1 missed, 0 not judged",
        "  what turn/p50 is, turns/s: 3, wanted ≤ 1: missed by 200.0 %",
    ]


def test_a_run_without_the_published_server_says_which_rows_lack_it(row) -> None:
    lacking = row(peer=Reading("published", status="not here", note="no network"))
    lines = summary.lines([lacking])
    assert lines[0].startswith("behind the published server: not known")
    assert "budgets: 0 met, 0 missed, 1 not judged" in lines
    assert lines[-2:] == [
        "no published server in this run (no network); these rows lack it:",
        "  what load/50/2/cpu is, turns/s",
    ]


def test_a_row_that_was_not_served_is_an_error_and_no_figure(row) -> None:
    failed = row(ours=Reading("ours", status="failed", note="error: 1 token events instead of 2"))
    assert summary.lines([failed])[-1] == (
        "ERROR what load/50/2/cpu is, turns/s: ours: error: 1 token events instead of 2"
    )
