"""The messages of one conversation, packed or not: nobody can tell."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from smooth_operator_server.storage.history import BLOCK, LOOSE, History
from smooth_operator_server.storage.records import StoredMessage

MANY = LOOSE + 3 * BLOCK + 5


def filled(count: int) -> tuple[History, list[StoredMessage]]:
    history = History("c")
    kept = [
        StoredMessage(
            id=f"id-{number}",
            conversation_id="c",
            direction="outbound" if number % 2 else "inbound",
            text=f"text {number} ü \ud800",
            created_at=1_000 + number,
            tool_records=({"role": "tool", "content": str(number)},) if number % 3 == 0 else (),
        )
        for number in range(count)
    ]
    for message in kept:
        history.append(message)
    return history, kept


@pytest.mark.parametrize("count", [0, 1, LOOSE, LOOSE + BLOCK - 1, LOOSE + BLOCK, MANY])
def test_it_reads_like_a_list(count: int) -> None:
    history, kept = filled(count)
    assert len(history) == count
    assert list(history) == kept
    assert history.updated_at == (kept[-1].created_at if kept else None)
    assert history.replies == count // 2


@given(st.integers(-5, MANY), st.integers(0, MANY), st.booleans())
def test_every_slice_is_a_lists(start: int, length: int, resting: bool) -> None:
    history, kept = filled(MANY)
    if resting:
        history.rest()
    end = min(MANY, max(0, start) + length)
    assert history.slice(start, end) == kept[max(0, start) : end]


def test_every_message_is_found_where_it_stands() -> None:
    history, kept = filled(MANY)
    for number in random.Random(1).sample(range(MANY), 60):
        assert history.place(kept[number].id) == number
    assert history.place("id-") is None
    assert history.place("nobody") is None


@pytest.mark.parametrize("count", [0, 1, LOOSE, MANY])
def test_a_rest_changes_nothing_that_is_read(count: int) -> None:
    history, kept = filled(count)
    history.rest()
    assert not history._loose
    assert (len(history), list(history)) == (count, kept)
    assert all(
        history.place(message.id) == index
        for index, message in enumerate(kept[-3:], count - len(kept[-3:]))
    )
    history.rest()
    newer = StoredMessage("newer", "c", "outbound", "n", 9_999)
    history.append(newer)
    assert list(history) == [*kept, newer]
    assert history.updated_at == 9_999


def test_old_messages_are_packed() -> None:
    history, _ = filled(MANY)
    assert len(history._loose) < LOOSE + BLOCK
    assert len(history._blocks) == (MANY - LOOSE) // BLOCK
