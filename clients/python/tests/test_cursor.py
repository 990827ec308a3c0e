"""Numbered events: each once, in order, whatever is dropped, doubled, joined or replayed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from smooth_operator._cursor import Cursor, Cursors

C = "conversation"
S = "session"


def frame(seq, seq_from=None, kind="stream_token", **data):
    numbers = {"seq": seq, "conversationId": C}
    if seq_from is not None:
        numbers["seqFrom"] = seq_from
    return {"type": kind, "data": data, **numbers}


def started(seq, epoch="e1"):
    return frame(seq, kind="turn_started", sessionId=S, epoch=epoch)


def known(last_seq=0):
    gaps = []
    cursors = Cursors(gaps.append)
    cursors.opened(S, C, fresh=True)
    cursor = cursors.of_session(S)
    cursor.last_seq = last_seq
    return cursors, cursor, gaps


def test_frames_without_numbers_always_pass():
    cursors, _, gaps = known()
    assert cursors.observe({"type": "pong"})
    assert cursors.observe({"type": "pong", "seq": 9})
    assert cursors.observe({"type": "pong", "seq": "9", "conversationId": C})
    assert not gaps


def test_an_unknown_conversation_passes_until_a_turn_names_it():
    cursors = Cursors(lambda cursor: None)
    assert cursors.observe(frame(5))
    assert cursors.observe(frame(5))
    assert cursors.observe(started(6))
    assert not cursors.observe(frame(6))


def test_the_first_number_of_a_conversation_joined_late_is_taken_as_it_is():
    cursors = Cursors(lambda cursor: None)
    cursors.opened(S, C, fresh=False)
    assert cursors.observe(frame(41))
    assert not cursors.observe(frame(41))


def test_a_new_epoch_begins_a_new_count():
    cursors, cursor, gaps = known(7)
    cursor.epoch = "e1"
    assert cursors.observe(started(1, "e2"))
    assert (cursor.last_seq, cursor.epoch) == (1, "e2")
    assert not gaps


def test_a_gap_asks_once_and_holds_everything_until_the_resumption():
    cursors, cursor, gaps = known(1)
    assert not cursors.observe(frame(3))
    assert not cursors.observe(frame(4))
    assert gaps == [cursor]
    cursor.resumed(epoch="e", last_seq=4, truncated=False, asked_from=1)
    assert cursor.replaying
    assert [cursors.observe(frame(seq)) for seq in (2, 3, 4)] == [True] * 3
    assert not cursor.replaying


def test_after_a_resumption_a_first_gap_is_the_servers_last_word():
    cursors, cursor, gaps = known(1)
    cursor.resumed(epoch="e", last_seq=9, truncated=False, asked_from=1)
    assert cursors.observe(frame(5))
    assert not gaps
    assert not cursors.observe(frame(8))
    assert gaps == [cursor]


def test_a_truncated_resumption_takes_what_comes():
    cursor = Cursor(S, 100)
    cursor.epoch = "e1"
    cursor.resumed(epoch="e2", last_seq=3, truncated=True, asked_from=100)
    assert cursor.admit(3, 3) is True


def test_live_only_starts_behind_the_end_of_the_log():
    cursor = Cursor(S)
    cursor.resumed(epoch="e", last_seq=9, truncated=False, asked_from=None)
    assert not cursor.replaying
    assert cursor.admit(9, 9) is False
    assert cursor.admit(10, 10) is True


def test_after_the_replay_something_is_done_once():
    cursor = Cursor(S, 1)
    done = []
    cursor.resumed(epoch="e", last_seq=2, truncated=False, asked_from=1)
    cursor.after_replay = lambda: done.append(1)
    cursor.rest()
    assert not done
    cursor.admit(2, 2)
    cursor.rest()
    cursor.rest()
    assert done == [1]


def test_a_session_of_another_conversation_is_foreign():
    cursors, _, _ = known()
    assert not cursors.is_foreign(C, S)
    assert cursors.is_foreign("other", S)
    assert not cursors.is_foreign("other", "unknown session")


def test_two_sessions_of_a_conversation_share_their_cursor():
    cursors, cursor, _ = known()
    cursors.opened("second", C, fresh=False)
    assert cursors.of_session("second") is cursor
    assert cursors.all() == [cursor]


@st.composite
def journeys(draw):
    """A log of n events and how a bad network brings them: joined, doubled, cut."""
    count = draw(st.integers(1, 30))
    frames, seq = [], 1
    while seq <= count:
        last = min(count, seq + draw(st.integers(0, 3)))
        frames.append((seq, last))
        seq = last + 1
    picks = draw(st.lists(st.sampled_from(frames), max_size=60))
    return count, frames, picks


@given(journeys())
def test_whatever_arrives_each_number_is_taken_once_and_in_order(journey):
    count, frames, picks = journey
    taken: list[int] = []

    def refill(cursor):
        """The server answers a resumption: the ack, then what is asked for, event by event."""
        after = cursor.last_seq or 0
        cursor.resumed(epoch="e", last_seq=count, truncated=False, asked_from=after)
        for seq in range(after + 1, count + 1):
            deliver(seq, seq)

    cursors = Cursors(lambda cursor: None)
    cursors.opened(S, C, fresh=True)
    cursor = cursors.of_session(S)

    def deliver(first, last):
        if cursors.observe(frame(last, first)):
            taken.extend(range(first, last + 1))
        elif cursor.resuming:
            refill(cursor)

    for first, last in [*picks, *frames]:
        whole = cursor.last_seq is None or first > cursor.last_seq or last <= cursor.last_seq
        if whole:  # a server never cuts a joined event again
            deliver(first, last)
    assert taken == list(range(1, count + 1))
