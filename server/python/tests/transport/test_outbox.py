"""The outbox: order kept, tokens joined, readers bounded, replays pulled."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from smooth_operator_server.events.event import LoggedEvent
from smooth_operator_server.events.log import EventLog
from smooth_operator_server.events.watch import ConversationWatch
from smooth_operator_server.transport.outbox import PASS_BYTES, Outbox

PREFIX = b'"conversationId":"c",'


class Desk:
    """An outbox with a socket that only remembers."""

    def __init__(self, limit: int = 1_000_000) -> None:
        self.sent: list[bytes] = []
        self.given_up = 0
        self.later: list[Callable[[], None]] = []
        self.outbox = Outbox(
            self.sent.append, limit=limit, overflow=self._give_up, later=self.later.append
        )

    def _give_up(self) -> None:
        self.given_up += 1

    def run_later(self) -> None:
        while self.later:
            self.later.pop(0)()

    def frames(self) -> list[dict[str, Any]]:
        return [json.loads(frame) for frame in self.sent]


def token(seq: int, text: str, *, turn: str = "t", type: str = "stream_token") -> LoggedEvent:
    body = json.dumps(
        {
            "type": type,
            "requestId": "r",
            "token": text,
            "data": {"requestId": "r", "token": text},
            "timestamp": seq,
        }
    ).encode()
    return LoggedEvent(
        seq=seq,
        type=type,
        turn=turn,
        request_id="r",
        body=body,
        timestamp=seq,
        at=0.0,
        token=text,
    )


def test_a_reader_that_keeps_up_gets_each_event_as_it_was_logged() -> None:
    desk = Desk()
    desk.outbox.event(token(1, "a"), None)
    desk.outbox.event(token(2, "b"), PREFIX)
    assert desk.sent[0] == token(1, "a").body
    assert desk.frames()[1] | {"seq": 2, "conversationId": "c"} == desk.frames()[1]


def test_waiting_tokens_are_joined_between_two_replies() -> None:
    desk = Desk()
    desk.outbox.pause()
    for seq, text in enumerate("abc", 1):
        desk.outbox.event(token(seq, text), PREFIX)
    desk.outbox.send(b'{"type":"pong"}')
    desk.outbox.event(token(4, "d"), PREFIX)
    desk.outbox.resume()
    joined, pong, last = desk.frames()
    assert (joined["token"], joined["data"]["token"]) == ("abc", "abc")
    assert (joined["seqFrom"], joined["seq"], joined["timestamp"]) == (1, 3, 3)
    assert pong == {"type": "pong"}
    assert (last["seq"], last["token"], "seqFrom" in last) == (4, "d", False)


def test_joined_text_has_no_sequence_for_those_who_did_not_ask() -> None:
    desk = Desk()
    desk.outbox.pause()
    desk.outbox.event(token(1, "a"), None)
    desk.outbox.event(token(2, "b"), None)
    desk.outbox.resume()
    assert desk.frames() == [
        {
            "type": "stream_token",
            "requestId": "r",
            "token": "ab",
            "data": {"requestId": "r", "token": "ab"},
            "timestamp": 2,
        }
    ]


def test_only_neighbours_of_one_kind_and_turn_are_joined() -> None:
    desk = Desk()
    desk.outbox.pause()
    desk.outbox.event(token(1, "a"), None)
    desk.outbox.event(token(2, "b", type="stream_reasoning"), None)
    desk.outbox.event(token(3, "c", turn="u"), None)
    desk.outbox.event(token(5, "e", turn="u"), None)
    desk.outbox.resume()
    assert [frame["token"] for frame in desk.frames()] == ["a", "b", "c", "e"]


def test_past_the_limit_the_reader_is_given_up() -> None:
    desk = Desk(limit=100)
    desk.outbox.pause()
    desk.outbox.send(b"x" * 90)
    assert desk.given_up == 0
    desk.outbox.send(b"x" * 20)
    assert desk.given_up == 1
    desk.outbox.close()
    desk.outbox.send(b"late")
    desk.outbox.resume()
    assert desk.sent == []


def test_a_replay_goes_on_as_the_socket_drains_and_then_turns_live() -> None:
    desk, log = Desk(limit=10), EventLog()
    watch = ConversationWatch("c", log, desk.outbox, 0.0, desk._give_up)
    for seq in range(1, 4):
        event = log.append("x", turn="t", request_id=None, body=b'{"n":%d}' % seq, timestamp=seq)
        watch_before = event
    watch.replay(2, log.last_seq)
    live = log.append("x", turn="t", request_id=None, body=b'{"n":4}', timestamp=4)
    watch.deliver(live, 0.0)
    assert desk.sent == []
    desk.run_later()
    assert [(f["seq"], f.get("replay")) for f in desk.frames()] == [(2, True), (3, True), (4, None)]
    following = log.append("x", turn="t", request_id=None, body=b'{"n":5}', timestamp=5)
    watch.deliver(following, 0.0)
    assert desk.frames()[-1]["seq"] == 5
    assert (watch_before.seq, desk.given_up) == (3, 0)


def test_a_replay_lets_the_socket_speak_between_passes() -> None:
    desk, log = Desk(), EventLog()
    watch = ConversationWatch("c", log, desk.outbox, 0.0, desk._give_up)
    big = b'{"n":"' + b"x" * (PASS_BYTES // 2) + b'"}'
    for seq in range(1, 7):
        log.append("x", turn="t", request_id=None, body=big, timestamp=seq)
    watch.replay(1, 6)
    desk.later.pop(0)()
    assert 0 < len(desk.sent) < 6
    desk.outbox.pause()
    desk.run_later()
    held = len(desk.sent)
    desk.outbox.send(b'{"type":"pong"}')
    desk.outbox.resume()
    desk.run_later()
    assert desk.frames()[held] == {"type": "pong"}
    assert [f["seq"] for f in desk.frames() if "seq" in f] == [1, 2, 3, 4, 5, 6]


def test_a_log_that_drops_what_it_owes_gives_the_reader_up() -> None:
    desk, log = Desk(), EventLog()
    watch = ConversationWatch("c", log, desk.outbox, 0.0, desk._give_up)
    log.append("x", turn="t", request_id=None, body=b"{}", timestamp=1)
    watch.replay(1, 3)
    log.last_seq = 3
    desk.run_later()
    assert desk.given_up == 1


@given(st.lists(st.sampled_from(["token", "reply", "pause", "resume"]), max_size=80))
def test_nothing_is_lost_doubled_or_reordered(steps: list[str]) -> None:
    desk = Desk()
    expected: list[str] = []
    seq = 0
    for step in steps:
        if step == "token":
            seq += 1
            expected.append(f"t{seq}.")
            desk.outbox.event(token(seq, f"t{seq}."), PREFIX)
        elif step == "reply":
            expected.append("|")
            desk.outbox.send(b'{"type":"pong"}')
        elif step == "pause":
            desk.outbox.pause()
        else:
            desk.outbox.resume()
    desk.outbox.resume()
    got = "".join(frame.get("token", "|") for frame in desk.frames())
    assert got == "".join(expected)
    seen = 0
    for frame in desk.frames():
        if "seq" in frame:
            assert frame.get("seqFrom", frame["seq"]) == seen + 1
            seen = frame["seq"]
    assert desk.outbox.waiting_bytes == 0
