"""The timeline: order, inboxes, patience, and silence once it is sealed."""

from __future__ import annotations

from smooth_operator_conformance.live.http import holds, metric
from smooth_operator_conformance.live.timeline import Timeline


async def test_inboxes_hand_out_their_own_in_order() -> None:
    line = Timeline()
    line.add("a", "in", "frame", 1)
    line.add("b", "in", "frame", 2)
    line.add("a", "out", "frame", 3)
    line.add("a", "in", "frame", 4)
    assert [e.value for e in line.rest("a")] == [1, 4]
    assert (await line.next("b", 1.0)) is line.entries[1]
    assert line.consumed == {0, 1, 3}


async def test_a_waiter_is_woken_or_gives_up() -> None:
    line = Timeline()
    line._loop.call_soon(line.add, "a", "in", "frame", "x")
    entry = await line.next("a", 5.0)
    assert entry is not None
    assert entry.value == "x"
    assert await line.next("a", 0.001) is None


async def test_what_comes_after_the_end_is_nobodys() -> None:
    line = Timeline()
    line.sealed = True
    line.add("a", "in", "frame", 1)
    assert line.entries == []


METRICS = """# HELP smooth_operator_connections now
smooth_operator_connections 3
smooth_operator_turns_total{outcome="completed",x="a b"} 7.0
"""


def test_metrics_are_read_whatever_the_order_of_labels() -> None:
    assert metric(METRICS, "smooth_operator_connections") == 3
    assert metric(METRICS, 'smooth_operator_turns_total{x="a b",outcome="completed"}') == 7
    assert metric(METRICS, 'smooth_operator_turns_total{outcome="error"}') is None


def test_an_until_holds_when_all_of_it_does() -> None:
    answer = {"status": 200, "body": METRICS}
    assert holds({"status": 200}, answer)
    assert not holds({"status": 503}, answer)
    assert holds({"metric": "smooth_operator_connections", "gte": 3}, answer)
    assert not holds({"metric": "smooth_operator_connections", "gte": 4}, answer)
    assert not holds({"metric": "smooth_operator_missing", "gte": 0}, answer)
    assert holds({"metric": "smooth_operator_connections", "equals": 3}, answer)
