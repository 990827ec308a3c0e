"""The shelf: whatever is packed and let go of, each number gives its event or nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from smooth_operator_server.events import shelf as shelves
from smooth_operator_server.events.event import LoggedEvent
from smooth_operator_server.events.shelf import Shelf
from smooth_operator_server.packed import HUGE


def event(seq: int, body: bytes = b"{}", token: str | None = None) -> LoggedEvent:
    return LoggedEvent(seq, "stream_token", "turn", "r", body, 1_000 + seq, seq / 8, token)


def fields(found: LoggedEvent | None) -> object:
    return found and [getattr(found, name) for name in LoggedEvent.__slots__]


@given(
    st.lists(st.sampled_from(["put", "put", "put", "drop", "settle", "rest", "read"]), max_size=80)
)
def test_events_come_back_as_they_were(steps: list[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"LOOSE": 6, "BLOCK": 3, "WORTH": 2, "BLOCK_BYTES": 40}.items():
            patch.setattr(shelves, name, value)
        shelf, model, seq = Shelf(), list[LoggedEvent](), 0
        for step in steps:
            if step == "put":
                seq += 1
                model.append(event(seq, b"x" * (seq % 30), "\ud800" if seq % 3 else None))
                shelf.append(model[-1])
            elif step == "drop" and model:
                assert fields(shelf.drop_oldest()) == fields(model.pop(0))
            elif step == "settle":
                shelf.settle()
            elif step == "rest":
                shelf.rest()
            first = model[0].seq if model else seq + 1
            assert (len(shelf), shelf.first) == (len(model), first)
            if model:
                assert shelf.oldest_at == model[0].at
            if step == "read":
                for number in (first - 1, seq + 1):
                    assert shelf.get(number) is None
                for one in model:
                    assert fields(shelf.get(one.seq)) == fields(one)


def test_a_quiet_shelf_takes_a_tenth_of_the_room() -> None:
    shelf, body = Shelf(), b'{"type":"stream_token","requestId":"r-1","token":"word "}' * 4
    for seq in range(1, 301):
        shelf.append(event(seq, body + b"%d" % seq))
    shelf.rest()
    packed = sum(len(block.data) for block in shelf._blocks)
    assert packed * 10 < 300 * len(body)
    assert [block.count for block in shelf._blocks] == [128, 128, 44]


def test_a_huge_event_is_not_compressed() -> None:
    shelf, body = Shelf(), b"x" * (HUGE + 1)
    for seq in range(1, 17):
        shelf.append(event(seq, body if seq == 9 else b"{}"))
    shelf.rest()
    assert [block.count for block in shelf._blocks] == [8, 1, 7]
    assert len(shelf._blocks[1].data) > len(body)
    assert shelf.get(9).body == body  # type: ignore[union-attr]


def test_few_events_are_left_as_they_are() -> None:
    shelf = Shelf()
    for seq in range(1, shelves.WORTH):
        shelf.append(event(seq))
    shelf.rest()
    assert not shelf._blocks
