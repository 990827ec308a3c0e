"""Whose frame is it? Turns, requests and listeners, mixed in any order."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from smooth_operator import Answer, BadFrame, DecodeError, SmoothOperatorError
from smooth_operator._call import Call
from smooth_operator._cursor import Cursors
from smooth_operator._fold import TurnFold
from smooth_operator._router import Router


class Diary:
    """Writes down what a fold reports."""

    def __init__(self):
        self.events = []
        self.outcomes = []

    def on_event(self, event):
        self.events.append(event)

    def on_alive(self):
        pass

    def on_done(self, outcome):
        self.outcomes.append(outcome)


def make():
    news = []
    return Router(Cursors(lambda cursor: None), news.append), news


def turn(router, request_id, session_id="s"):
    diary = Diary()
    fold = TurnFold(
        {"action": "send_message", "requestId": request_id, "sessionId": session_id}, diary
    )
    router.turns[request_id] = fold
    return fold, diary


def call(router, request_id, answers=frozenset({"immediate_response"})):
    replies = []
    router.calls[request_id] = Call(
        {"action": "get_session", "requestId": request_id}, replies.append, answers=answers
    )
    return replies


def feed(router, *frames):
    for frame in frames:
        router.receive(json.dumps(frame))


@given(st.lists(st.tuples(st.sampled_from("abc"), st.text(max_size=5)), max_size=40), st.data())
def test_interleaved_turns_keep_their_own_order_and_text(event_in, data):
    make_event = _published
    router, news = make()
    folds = {key: turn(router, key) for key in "abc"}
    for key, text in event_in:
        feed(router, make_event("stream_token", key, token=text))
        if data.draw(st.booleans()):
            feed(router, {"type": "keepalive", "requestId": key, "data": {"requestId": key}})
    for key, (fold, diary) in folds.items():
        said = [text for name, text in event_in if name == key]
        assert [each.token for each in diary.events] == said
        assert fold.text == "".join(said)
    assert news == []


def _published(kind, request_id, **fields):
    return {
        "type": kind,
        "requestId": request_id,
        **fields,
        "data": {"requestId": request_id, **fields},
    }


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_no_bytes_break_the_router(data):
    router, news = make()
    router.receive(data)
    assert len(news) == 1
    assert isinstance(news[0], BadFrame)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)
_types = st.sampled_from(
    ["stream_token", "error", "eventual_response", "cancelled", "immediate_response", "odd"]
)


@given(
    st.lists(
        st.fixed_dictionaries(
            {"type": _types | _json, "requestId": st.sampled_from(["t", "c"]) | _json},
            optional={"data": _json, "token": _json, "seq": _json, "conversationId": _json},
        ),
        max_size=8,
    )
)
def test_no_frames_break_the_router_and_everybody_is_told_at_most_once(frames):
    router, _ = make()
    _, diary = turn(router, "t")
    replies = call(router, "c")
    feed(router, *frames)
    assert len(diary.outcomes) <= 1
    assert len(replies) <= 1


def test_after_the_terminal_event_nothing_of_the_turn_is_news(event):
    router, news = make()
    fold, diary = turn(router, "t")
    feed(router, event("answer", "t"))
    router.drop(fold)
    feed(
        router,
        event("token", "t"),
        event("cancelled", "t"),
        {"type": "stream_token", "requestId": "t"},
    )
    assert len(diary.events) == 1
    assert isinstance(diary.outcomes[0], Answer)
    assert news == []


def test_a_turn_of_another_conversation_with_the_same_id_is_not_ours(event):
    router, news = make()
    router.cursors.opened("s", "ours", fresh=True)
    _, diary = turn(router, "t")
    feed(router, {**event("token", "t"), "conversationId": "theirs", "seq": 1})
    assert diary.events == []
    assert len(news) == 1


def test_a_duplicate_under_a_new_id_is_answered_under_the_first(event):
    router, news = make()
    fold, diary = turn(router, "second")
    feed(router, event("accepted", "second", requestId="first", duplicate=True))
    feed(router, event("token", "first"), event("answer", "first", text="stored"))
    assert diary.outcomes[0].text == "stored"
    router.drop(fold)
    assert router.turns == {}
    assert news == []


@pytest.mark.parametrize(
    ("kind", "taker"),
    [("ack", "call"), ("token", "turn"), ("answer", "turn"), ("accepted", "turn")],
)
def test_a_request_under_a_turns_id_gets_only_what_answers_it(event, kind, taker):
    router, _ = make()
    fold, diary = turn(router, "t")
    replies = call(router, "t")
    feed(router, event(kind, "t"))
    assert bool(replies) == (taker == "call")
    assert (fold.accepted or bool(diary.events)) == (taker == "turn")


def test_a_malformed_reply_under_a_turns_id_fails_the_request_only(event):
    router, _ = make()
    fold, diary = turn(router, "t")
    replies = call(router, "t")
    feed(router, {"type": "immediate_response", "requestId": "t"})
    assert isinstance(replies[0], DecodeError)
    assert fold.outcome is None
    replies = call(router, "t")
    feed(router, {"type": "stream_token", "requestId": "t"})
    assert replies == []
    assert fold.outcome is None
    assert isinstance(diary.events[-1], BadFrame)
    feed(router, {"type": "eventual_response", "requestId": "t"})
    assert isinstance(fold.outcome, DecodeError)


def test_an_unknown_event_answers_no_request():
    router, news = make()
    replies = call(router, "c")
    feed(router, {"type": "odd", "requestId": "c"})
    assert replies == []
    assert len(news) == 1


def test_replays_of_a_past_that_nobody_asked_for_are_no_news(event):
    router, news = make()
    router.cursors.opened("s", "c", fresh=False)
    cursor = router.cursors.of_session("s")
    cursor.position_was_known = False
    old = {**event("token", "x"), "conversationId": "c", "seq": 5, "replay": True}
    feed(router, old)
    assert news == []
    cursor.position_was_known = True
    feed(router, {**old, "seq": 6})
    assert len(news) == 1


def test_an_error_without_an_id_is_news(event):
    router, news = make()
    _, diary = turn(router, "t")
    feed(router, event("error", None, code="RATE_LIMITED"))
    assert len(news) == 1
    assert diary.outcomes == []


@pytest.mark.parametrize("prompt", ["confirmation", "card", "otp_required"])
def test_a_prompt_is_open_until_the_turn_moves_on(event, prompt):
    router, _ = make()
    fold, _ = turn(router, "t")
    feed(router, event("accepted", "t"), event(prompt, "t"))
    assert fold.prompt is not None
    feed(router, event("tool_result", "t", name="something-else"))
    feed(router, event("keepalive", "t"))
    assert fold.prompt is not None
    feed(router, event("token", "t"))
    assert fold.prompt is None


def test_the_result_of_the_asking_tool_closes_its_prompt(event):
    router, _ = make()
    fold, _ = turn(router, "t")
    feed(
        router, event("card", "t", kind="choices"), event("tool_call", "t", name="request_choices")
    )
    assert fold.prompt is not None
    feed(router, event("tool_result", "t", name="request_choices"))
    assert fold.prompt is None


def test_a_resolved_park_leaves_its_outcome(event):
    router, _ = make()
    fold, _ = turn(router, "t")
    feed(router, {**event("confirmation", "t"), "seq": 4})
    feed(router, event("park_resolved", "t", park_seq=4, outcome="timeout"))
    assert fold.prompt is None
    assert fold.outcomes == {4: "timeout"}


def test_a_fold_ends_once():
    fold, diary = turn(make()[0], "t")
    fold.finish(SmoothOperatorError("a", code="A"))
    fold.finish(SmoothOperatorError("b", code="B"))
    assert [each.code for each in diary.outcomes] == ["A"]
