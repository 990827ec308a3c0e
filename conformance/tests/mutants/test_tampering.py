"""What leaves instead of the frame that a scenario sends."""

from __future__ import annotations

import pytest
from smooth_operator_conformance.mutants.tampering import Tampering, sends

FRAME = {"action": "verify_otp", "requestId": "v", "code": "123456"}


def test_a_frame_is_lost_once() -> None:
    tamper = Tampering("req-drop:verify_otp")
    assert tamper("a", {"action": "ping"}) == [{"action": "ping"}]
    assert not tamper.done
    assert tamper("a", FRAME) == []
    assert tamper("a", FRAME) == [FRAME]


def test_a_frame_is_doubled() -> None:
    assert Tampering("req-double:verify_otp")("a", FRAME) == [FRAME, FRAME]


def test_a_field_is_stripped_where_it_is() -> None:
    tamper = Tampering("req-drop-field:verify_otp.code")
    bare = {"action": "verify_otp"}
    assert tamper("a", bare) == [bare]
    assert tamper("a", FRAME) == [{"action": "verify_otp", "requestId": "v"}]
    assert "code" in FRAME


@pytest.mark.parametrize("frame", ["text", None, 3, ["action"]])
def test_what_is_no_frame_leaves_as_it_is(frame: object) -> None:
    assert Tampering("req-drop:verify_otp")("a", frame) == [frame]


@pytest.mark.parametrize(
    ("mutant", "fits"),
    [
        ("req-drop:verify_otp", True),
        ("req-drop-field:verify_otp.code", True),
        ("req-drop-field:verify_otp.sessionId", False),
        ("req-drop:cancel", False),
        ("req-drop:hello", True),
    ],
)
def test_a_case_is_chosen_by_what_it_sends(mutant: str, fits: bool) -> None:
    steps = [
        {"open": {"on": "a", "hello": ["event_seq"]}},
        {"send": {"on": "a", "frame": FRAME}},
        {"release": "g"},
    ]
    assert sends(steps, mutant) is fits


def test_a_frame_from_the_table_might_fit() -> None:
    assert sends([{"send": {"on": "a", "frame": "{{case.frame}}"}}], "req-drop:cancel")
