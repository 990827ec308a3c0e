"""Server frames from short hand: whole, by the contract, or refused."""

from __future__ import annotations

import pytest
from smooth_operator_conformance.clients.frames import BadFrame, Composer
from smooth_operator_conformance.schemas import Contract


@pytest.fixture
def composer() -> Composer:
    return Composer(Contract.shared())


def test_what_is_left_out_comes_from_the_contract(composer: Composer) -> None:
    frame = composer.frame({"type": "stream_token", "requestId": "t", "token": "Hi"})
    assert frame["data"] == {"requestId": "t", "token": "Hi"}
    assert frame["timestamp"] > 1_600_000_000_000
    assert "seq" not in frame


def test_the_innermost_value_wins_over_the_example(composer: Composer) -> None:
    parts = {"data": {"data": {"response": {"responseParts": ["Mine."]}}}}
    frame = composer.frame({"type": "eventual_response", "requestId": "t", **parts})
    assert frame["data"]["data"]["response"]["responseParts"] == ["Mine."]
    assert frame["data"]["requestId"] == "t"


def test_an_error_needs_its_code_only(composer: Composer) -> None:
    frame = composer.frame({"type": "error", "code": "AGENT_ERROR", "requestId": "t"})
    assert frame["error"] == frame["data"]["error"]
    assert frame["data"]["requestId"] == "t"
    assert "requestId" not in composer.frame({"type": "error", "code": "AGENT_ERROR"})["data"]


def test_an_answer_fits_its_action(composer: Composer) -> None:
    ack = {"type": "immediate_response", "requestId": "r"}
    named = {"sessionId": "3f0c9a52-7d1b-4e60-9a4c-51d2b8e07f10"}
    frame = composer.frame({**ack, "answer": "get_session", "data": named})
    assert (frame["status"], frame["message"]) == (200, "Session")
    assert frame["data"]["sessionId"] == named["sessionId"]
    taken = composer.frame({**ack, "answer": "send_message"})
    assert (taken["status"], taken["data"]) == (202, {})
    without = {"openParkSeq": "$absent"}
    frame = composer.frame({**ack, "answer": "resume_stream", "data": without})
    assert "openParkSeq" not in frame["data"]


@pytest.mark.parametrize(
    "short",
    [
        {"type": "mood_changed"},
        {"type": "stream_token", "requestId": "t", "token": 7},
        {"type": "stream_token", "requestId": "t", "token": "x", "glow": 1},
        {"type": "immediate_response", "answer": "get_session", "data": {"sessionId": 7}},
    ],
)
def test_what_no_server_may_send_is_refused(composer: Composer, short: dict[str, object]) -> None:
    with pytest.raises(BadFrame):
        composer.frame(short)


def test_welcome_names_the_capabilities_given(composer: Composer) -> None:
    auth = {"auth": {"anonymous": False, "expiresAt": 5}}
    frame = composer.welcome("h", ["event_seq"], auth)
    assert frame["data"]["capabilities"] == ["event_seq"]
    assert frame["data"]["auth"] == auth["auth"]
    assert "requestId" not in composer.welcome(None, [], {})
