"""What pauses say, whatever a loaded machine adds to them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from smooth_operator_conformance.clients.pauses import measure

CEILINGS = [20, 40, 80, 160, 320, 640, 640]
late = st.lists(st.floats(0, 500), min_size=7, max_size=7)


@given(late)
def test_fixed_pauses_never_look_drawn(delays: list[float]) -> None:
    pauses = [top + delay for top, delay in zip(CEILINGS, delays, strict=True)]
    assert measure(pauses, 20, 640)["drawn"] == 0


@given(late, st.integers(0, 6))
def test_one_short_pause_is_drawn(delays: list[float], short: int) -> None:
    pauses = [top + delay for top, delay in zip(CEILINGS, delays, strict=True)]
    pauses[short] = CEILINGS[short] / 2
    assert measure(pauses, 20, 640)["drawn"] == 1


def test_the_longest_late_pause_is_told() -> None:
    told = measure([900, 900, 900, 10, 300.04, 20], 20, 640)
    assert (told["attempts"], told["longestLate"]) == (6, 300.0)
    assert measure([5], 20, 640)["longestLate"] == 0.0
