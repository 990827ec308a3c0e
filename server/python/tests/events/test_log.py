"""The event log: gap-free numbers, bounded memory, and a resume that never lies."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from smooth_operator_server.events.event import LoggedEvent
from smooth_operator_server.events.log import OVERHEAD, EventLog, Limits


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def put(log: EventLog, type: str = "stream_token", size: int = 10) -> LoggedEvent:
    return log.append(type, turn="t", request_id="r", body=b"x" * size, timestamp=1)


def turn(log: EventLog, events: int) -> None:
    log.turn_started(put(log, "turn_started"))
    for _ in range(events):
        put(log)
    log.turn_ended(put(log, "eventual_response"))


def test_numbers_start_at_one_and_an_empty_log_is_gap_free_from_the_next() -> None:
    log = EventLog()
    assert (log.first_seq, log.last_seq) == (1, 0)
    turn(log, 2)
    assert (log.first_seq, log.last_seq) == (1, 4)
    assert [log.get(seq).seq for seq in range(1, 5)] == [1, 2, 3, 4]  # type: ignore[union-attr]
    assert log.get(5) is None


def test_finished_events_go_by_count() -> None:
    log = EventLog(Limits(events=3))
    turn(log, 5)
    assert (log.first_seq, log.last_seq) == (5, 7)


def test_a_running_turn_is_held_whole_whatever_the_count() -> None:
    log = EventLog(Limits(events=1))
    log.turn_started(put(log, "turn_started"))
    for _ in range(9):
        put(log)
    assert log.first_seq == 1


def test_finished_events_go_by_age_when_somebody_looks() -> None:
    clock = Clock()
    log = EventLog(Limits(seconds=10), clock)
    turn(log, 1)
    clock.now = 11
    plan = log.resume(0, None)
    assert (plan.first_seq, plan.last_seq, plan.truncated, plan.replay_from) == (4, 3, True, None)


def test_bytes_bound_a_running_turn_too_and_the_oldest_go() -> None:
    log = EventLog(Limits(bytes=5 * (10 + OVERHEAD)))
    log.turn_started(put(log, "turn_started"))
    for _ in range(9):
        put(log)
    assert (log.first_seq, log.last_seq) == (6, 10)


def test_an_open_park_survives_what_goes_around_it() -> None:
    log = EventLog(Limits(bytes=3 * (10 + OVERHEAD)))
    log.turn_started(put(log, "turn_started"))
    log.park_opened(put(log, "write_confirmation_required"))
    for _ in range(8):
        put(log)
    assert log.first_seq == 8
    plan = log.resume(1, None)
    assert (plan.truncated, plan.replay_from) == (True, 2)
    assert log.get(2) is not None
    log.park_closed()
    assert log.resume(1, None).replay_from is None
    assert log.get(2) is None


def test_resume_plans() -> None:
    log = EventLog()
    turn(log, 2)
    assert log.resume(None, "other").truncated is False
    assert log.resume(None, None).replay_from is None
    assert log.resume(4, log.epoch).replay_from is None
    assert log.resume(1, log.epoch).replay_from == 2
    ahead = log.resume(5, None)
    assert (ahead.truncated, ahead.replay_from) == (True, 4)
    other = log.resume(4, "other")
    assert (other.truncated, other.replay_from) == (True, 4)


def test_a_truncated_resume_of_a_running_turn_starts_at_its_start() -> None:
    log = EventLog()
    turn(log, 1)
    log.turn_started(put(log, "turn_started"))
    put(log)
    assert log.resume(99, None).replay_from == 4


@given(
    st.lists(st.sampled_from(["start", "token", "end", "park", "unpark"]), max_size=60),
    st.integers(1, 8),
    st.integers(1, 12),
    st.integers(-1, 70),
)
def test_the_log_is_gap_free_from_first_seq(
    steps: list[str], events: int, room: int, after: int
) -> None:
    log = EventLog(Limits(events=events, bytes=room * (10 + OVERHEAD)), Clock())
    running = False
    for step in steps:
        if step == "start" and not running:
            log.turn_started(put(log, "turn_started"))
            running = True
        elif step == "end" and running:
            log.park_closed()
            log.turn_ended(put(log, "eventual_response"))
            running = False
        elif step == "park" and running:
            log.park_opened(put(log, "interaction_required"))
        elif step == "unpark":
            log.park_closed()
        elif running:
            put(log)
    held = [log.get(seq) for seq in range(log.first_seq, log.last_seq + 1)]
    assert all(event is not None for event in held)
    plan = log.resume(after if after >= 0 else None, None)
    assert plan.truncated == (after >= 0 and not plan.first_seq - 1 <= after <= plan.last_seq)
    if plan.replay_from is not None:
        assert log.get(plan.replay_from) is not None
    elif not plan.truncated and after >= 0:
        assert after == plan.last_seq
