"""nDCG and recall of a ranking against graded labels. Pure; definitions in the docstrings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log2


def dcg(grades: Sequence[int]) -> float:
    """Discounted cumulative gain: (2^grade - 1) / log2(place + 1), places from 1."""
    return sum(float(2**grade - 1) / log2(place + 2) for place, grade in enumerate(grades))


def ndcg(ranking: Sequence[str], relevant: Mapping[str, int], k: int) -> float:
    """DCG of the first `k` over that of the best possible order; 0 to 1.

    A document that stands twice counts where it stands first. Raises `ValueError` when nothing
    is relevant: then there is no best order.
    """
    best = dcg(sorted(relevant.values(), reverse=True)[:k])
    if best <= 0:
        raise ValueError("nothing is relevant")
    found = dict.fromkeys(ranking)
    return dcg([relevant.get(name, 0) for name in list(found)[:k]]) / best


def recall(ranking: Sequence[str], relevant: Mapping[str, int], k: int) -> float:
    """The share of the relevant documents (grade 1 and more) among the first `k`; 0 to 1.

    It cannot reach 1 for a query with more than `k` relevant documents. Raises `ValueError` when
    nothing is relevant.
    """
    wanted = {name for name, grade in relevant.items() if grade > 0}
    if not wanted:
        raise ValueError("nothing is relevant")
    return len(wanted & set(list(dict.fromkeys(ranking))[:k])) / len(wanted)
