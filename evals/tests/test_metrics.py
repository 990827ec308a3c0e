"""nDCG and recall against definitions spelled out by brute force."""

from __future__ import annotations

from itertools import permutations
from math import log2

import pytest
from hypothesis import given
from hypothesis import strategies as st
from smooth_operator_evals.retrieval.metrics import dcg, ndcg, recall

NAMES = "abcdef"
labels = st.dictionaries(st.sampled_from(NAMES), st.integers(1, 3), min_size=1, max_size=5)
rankings = st.lists(st.sampled_from(NAMES + "xyz"), max_size=9, unique=True)
depths = st.integers(1, 10)


def gain(ranking: tuple[str, ...] | list[str], relevant: dict[str, int], k: int) -> float:
    total = 0.0
    for place, name in enumerate(ranking, start=1):
        if place <= k:
            total += (2 ** relevant.get(name, 0) - 1) / log2(place + 1)
    return total


@given(rankings, labels, depths)
def test_ndcg_is_the_gain_over_that_of_the_best_of_all_orders(
    ranking: list[str], relevant: dict[str, int], k: int
) -> None:
    best = max(gain(order, relevant, k) for order in permutations(relevant))
    assert ndcg(ranking, relevant, k) == pytest.approx(gain(ranking, relevant, k) / best)


@given(rankings, labels, depths)
def test_recall_counts_what_was_found(ranking: list[str], relevant: dict[str, int], k: int) -> None:
    found = sum(1 for name in relevant if name in ranking[:k])
    assert recall(ranking, relevant, k) == found / len(relevant)


@given(rankings, labels, depths)
def test_both_stay_between_0_and_1_and_recall_never_falls_with_depth(
    ranking: list[str], relevant: dict[str, int], k: int
) -> None:
    assert 0 <= ndcg(ranking, relevant, k) <= 1 + 1e-12
    assert 0 <= recall(ranking, relevant, k) <= recall(ranking, relevant, k + 1) <= 1


@given(labels, depths)
def test_the_best_order_is_1(relevant: dict[str, int], k: int) -> None:
    order = sorted(relevant, key=lambda name: -relevant[name])
    assert ndcg(order, relevant, k) == pytest.approx(1)


@given(rankings, labels)
def test_what_comes_after_the_depth_changes_nothing(
    ranking: list[str], relevant: dict[str, int]
) -> None:
    assert ndcg(ranking, relevant, 3) == ndcg(ranking[:3], relevant, 3)


def test_figures_worked_out_by_hand() -> None:
    relevant = {"a": 3, "b": 1}
    assert dcg([3, 0, 1]) == pytest.approx(7 + 1 / 2)
    assert ndcg(["a", "x", "b"], relevant, 10) == pytest.approx(7.5 / (7 + 1 / log2(3)))
    assert recall(["a", "x", "b"], relevant, 2) == 0.5


def test_a_document_twice_counts_once() -> None:
    assert ndcg(["a", "a", "b"], {"a": 3, "b": 3}, 10) == pytest.approx(1)
    assert recall(["a", "a", "b"], {"a": 3, "b": 3}, 2) == 1


@pytest.mark.parametrize("measure", [ndcg, recall])
def test_a_query_without_an_answer_has_no_figure(measure: object) -> None:
    assert callable(measure)
    with pytest.raises(ValueError, match="nothing is relevant"):
        measure(["a"], {}, 10)
