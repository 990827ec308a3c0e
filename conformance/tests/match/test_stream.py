"""Stream matchers: joined tokens, interleavings, skips, closes, barriers."""

from __future__ import annotations

import itertools
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from smooth_operator_conformance.match.stream import LAST_PING, Stream, is_background
from smooth_operator_conformance.match.values import Mismatch
from smooth_operator_conformance.records import TraceEntry
from smooth_operator_conformance.scenario.placeholders import Scope


def frame(value: Any) -> TraceEntry:
    return TraceEntry(0.0, "a", "in", "frame", value)


def closed(code: int, reason: str = "") -> TraceEntry:
    return TraceEntry(0.0, "a", "in", "closed", {"code": code, "reason": reason})


def token(text: str, kind: str = "stream_token") -> TraceEntry:
    return frame({"type": kind, "token": text})


def stream(*items: Any, scope: Scope | None = None) -> Stream:
    numbers = itertools.count(1)
    return Stream(
        list(items), Scope({}) if scope is None else scope, lambda: f"barrier-{next(numbers)}"
    )


def feed(made: Stream, *entries: TraceEntry) -> Mismatch | None:
    for entry in entries:
        wrong = made.feed(entry)
        if wrong is not None:
            return wrong
    return None


@given(st.lists(st.text(min_size=1, max_size=4), min_size=1, max_size=6))
def test_any_cut_of_a_text_is_that_text(pieces: list[str]) -> None:
    made = stream({"$tokens": "".join(pieces)}, {"type": "end"})
    assert feed(made, *map(token, pieces), frame({"type": "end"})) is None
    assert made.done


@given(st.lists(st.text("ab", min_size=1, max_size=3), min_size=1, max_size=5), st.data())
def test_a_text_with_one_piece_lost_is_refused(pieces: list[str], data: st.DataObject) -> None:
    made = stream({"$tokens": "".join(pieces)}, {"type": "end"})
    lost = data.draw(st.integers(0, len(pieces) - 1))
    rest = [piece for index, piece in enumerate(pieces) if index != lost]
    assert feed(made, *map(token, rest), frame({"type": "end"})) is not None


def test_tokens_know_their_type_number_and_keys() -> None:
    wanted = {"$tokens": "ab", "frames": 2, "each": {"requestId": "t"}}
    one, two = {"type": "stream_token", "requestId": "t"}, {"type": "stream_token"}
    assert feed(stream(wanted), frame({**one, "token": "a"}), frame({**one, "token": "b"})) is None
    assert feed(stream(wanted), frame({**one, "token": "ab"})) is not None
    assert feed(stream(wanted), frame({**two, "token": "a"})) is not None
    reasoning = stream({"$tokens": "ab", "type": "stream_reasoning"})
    assert feed(reasoning, token("ab", "stream_reasoning")) is None
    assert reasoning.done


def test_tokens_may_match_instead_of_equal() -> None:
    made = stream({"$tokens": {"$len": 3}}, {"type": "end"})
    assert feed(made, token("a"), token("bc"), frame({"type": "end"})) is None
    wrong = feed(
        stream({"$tokens": {"$len": 3}}, {"type": "end"}), token("a"), frame({"type": "end"})
    )
    assert wrong is not None


def test_no_tokens_at_all_is_the_empty_text() -> None:
    assert stream({"$tokens": ""}).done
    assert feed(stream({"$tokens": ""}, {"type": "x"}), frame({"type": "x"})) is None


SEQUENCES = st.lists(st.integers(1, 4), min_size=1, max_size=4)


@given(SEQUENCES, st.randoms(use_true_random=False))
def test_every_interleaving_is_in_order(lengths: list[int], random: Any) -> None:
    wanted = [[{"s": s, "n": n} for n in range(length)] for s, length in enumerate(lengths)]
    left = [list(sequence) for sequence in wanted]
    entries = []
    while any(left):
        chosen = random.choice([sequence for sequence in left if sequence])
        entries.append(frame(chosen.pop(0)))
    made = stream({"$order": wanted})
    assert feed(made, *entries) is None
    assert made.done


def test_a_sequence_out_of_order_is_refused() -> None:
    made = stream({"$order": [[{"n": 1}, {"n": 2}], [{"n": 3}]]})
    wrong = feed(made, frame({"n": 2}))
    assert wrong is not None
    assert '"n": 1' in str(wrong)


def test_skip_gives_way_to_its_successor() -> None:
    made = stream({"$skip": ["a", "b"]}, {"type": "a", "x": 1})
    assert (
        feed(made, frame({"type": "b"}), frame({"type": "a"}), frame({"type": "a", "x": 1})) is None
    )
    assert made.done
    assert feed(stream({"$skip": ["a"]}, {"type": "z"}), frame({"type": "q"})) is not None
    assert (
        feed(stream({"$skip": True}, {"type": "z"}), frame({"type": "q"}), frame({"type": "z"}))
        is None
    )


def test_skip_before_tokens_leaves_them_alone() -> None:
    made = stream({"$skip": ["turn_started"]}, {"$tokens": "Once."})
    assert feed(made, frame({"type": "turn_started"}), token("On"), token("ce.")) is None
    assert made.done


def test_a_close_is_no_frame_and_a_frame_is_no_close() -> None:
    assert feed(stream({"$closed": 1001, "reason": "bye"}), closed(1001, "bye")) is None
    assert feed(stream({"$closed": 1001, "reason": "bye"}), closed(1001)) is not None
    assert feed(stream({"$closed": {"$in": [1000, 1006]}}), closed(1006)) is None
    assert feed(stream({"$closed": 1001}), frame({"type": "pong"})) is not None
    assert feed(stream({"type": "pong"}), closed(1000)) is not None
    assert feed(stream({"$skip": True}, {"type": "pong"}), closed(1000)) is not None


def test_a_barrier_asks_for_its_ping_once_and_lets_nothing_pass() -> None:
    made = stream({"type": "x"}, {"$barrier": True})
    assert made.pending_ping() is None
    assert feed(made, frame({"type": "x"})) is None
    ping = made.pending_ping()
    assert ping == "barrier-1"
    assert made.pending_ping() is None
    assert feed(made, frame({"type": "late"})) is not None
    assert feed(made, frame({"type": "pong", "requestId": ping})) is None
    assert made.done


def test_background_is_passed_over_unless_asked_for() -> None:
    keepalive = frame({"type": "keepalive", "requestId": "t"})
    dropped = TraceEntry(0.0, "model:main", "in", "event", {"$dropped": True})
    assert feed(stream({"type": "x"}), keepalive, dropped, frame({"type": "x"})) is None
    asked = stream({"type": "keepalive"})
    assert feed(asked, keepalive) is None
    assert asked.done
    assert feed(stream({"type": "keepalive", "requestId": "u"}), keepalive) is not None
    assert feed(stream({"$dropped": True}), dropped) is None
    assert is_background(frame({"type": "pong", "requestId": LAST_PING}))
    assert not is_background(frame({"type": "pong"}))


def test_what_is_remembered_serves_the_next_matcher() -> None:
    scope = Scope({})
    made = stream({"id": {"$as": "x"}}, {"id": "{{x}}"}, scope=scope)
    assert feed(made, frame({"id": 7}), frame({"id": 7})) is None
    assert scope["x"] == 7


def test_more_than_expected_is_refused_and_less_says_what_is_awaited() -> None:
    made = stream({"type": "x"})
    assert made.awaited() == '{"type": "x"}'
    assert feed(made, frame({"type": "x"})) is None
    assert made.awaited() == "nothing more"
    assert feed(made, frame({"type": "x"})) is not None
