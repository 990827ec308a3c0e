"""Delivered codes are found where they stand by themselves, and nowhere else."""

from __future__ import annotations

import pytest
from smooth_operator_conformance.laws.secrets import code_pattern
from smooth_operator_conformance.records import TraceEntry


def delivered(*codes: str) -> list[TraceEntry]:
    return [TraceEntry(0.0, "otp", "in", "http", {"code": code}) for code in codes]


@pytest.mark.parametrize("line", ['{"message":"482913"}', "code 482913.", "[777001]"])
def test_a_code_is_seen(line: str) -> None:
    pattern = code_pattern(delivered("482913", "777001"))
    assert pattern is not None
    assert pattern.search(line)


@pytest.mark.parametrize("line", ["1482913000", "0.482913", "a482913-77", "48291"])
def test_digits_of_something_else_are_none(line: str) -> None:
    pattern = code_pattern(delivered("482913"))
    assert pattern is not None
    assert not pattern.search(line)


def test_without_deliveries_there_is_nothing_to_look_for() -> None:
    assert code_pattern([TraceEntry(0.0, "a", "in", "frame", {"code": "482913"})]) is None
    assert code_pattern(delivered("")) is None
