"""Faults towards the model, the tools and the delivery of codes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from smooth_operator_conformance.mutants import peers
from smooth_operator_conformance.mutants.tape import Tape
from smooth_operator_conformance.records import TraceEntry

Make = Callable[..., Tape]

CALL = {"id": "k", "type": "function", "function": {"name": "look", "arguments": '{"id":"1"}'}}
BODY: dict[str, Any] = {
    "model": "m",
    "stream": True,
    "messages": [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": "When?"},
        {"role": "assistant", "content": None, "tool_calls": [CALL]},
        {"role": "tool", "tool_call_id": "k", "content": "one"},
        {"role": "tool", "tool_call_id": "l", "content": "two"},
        {"role": "assistant", "content": "Tuesday."},
        {"role": "user", "content": [{"type": "text", "text": "Now?"}, {"type": "image_url"}]},
    ],
    "tools": [
        {"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}},
        {"type": "function", "function": {"name": "wipe", "parameters": {"type": "object"}}},
    ],
}


def roles(body: dict[str, Any]) -> list[str]:
    return [message["role"] for message in body["messages"]]


@pytest.mark.parametrize("name", sorted(peers.MODEL))
def test_every_model_fault_changes_the_body(make: Make, name: str) -> None:
    tape = make(TraceEntry(0.0, "model:main", "in", "http", BODY))
    [(_, entries)] = peers.alter(tape, "model:", peers.MODEL[name])
    assert entries[0].value != BODY
    assert tape.entries[0].value == BODY


def test_history_goes_and_the_rest_stays() -> None:
    body = peers.MODEL["drop-history"](BODY)
    assert body is not None
    assert roles(body) == ["system", "user"]
    assert body["messages"][-1] == BODY["messages"][-1]


def test_results_change_places() -> None:
    body = peers.MODEL["swap-tool-messages"](BODY)
    assert body is not None
    assert [m["content"] for m in body["messages"] if m["role"] == "tool"] == ["two", "one"]


def test_arguments_are_no_longer_byte_for_byte() -> None:
    body = peers.MODEL["other-arguments"](BODY)
    assert body is not None
    assert body["messages"][2]["tool_calls"][0]["function"]["arguments"] == '{"id":"1"} '


@pytest.mark.parametrize("name", sorted(peers.MODEL))
def test_a_fault_that_does_not_fit_is_none(make: Make, name: str) -> None:
    tape = make(TraceEntry(0.0, "model:main", "in", "http", {"messages": []}))
    assert list(peers.alter(tape, "model:", peers.MODEL[name])) == []


def test_requests_are_lost_and_doubled(make: Make) -> None:
    call = TraceEntry(0.0, "tool:main/look", "in", "http", {"arguments": {"id": "1"}})
    answer = TraceEntry(0.0, "tool:main/look", "out", "http", {"result": "x"})
    [(_, entries)] = peers.lose(make(call, answer), "tool:")
    assert entries == (answer,)
    [(_, entries)] = peers.double(make(call, answer), "tool:")
    assert entries == (call, call, answer)


def test_what_nobody_should_get_comes_once(make: Make) -> None:
    accepted = TraceEntry(0.0, "a", "in", "frame", {"type": "immediate_response", "status": 202})
    request = TraceEntry(0.0, "model:main", "in", "http", BODY)
    tape = make(accepted, request)
    sites = [entries[1].inbox for _, entries in peers.double(tape, "tool:")]
    assert sites == ["tool:main/look", "tool:main/wipe"]
    [(_, entries)] = peers.double(tape, "otp")
    assert entries[1].inbox == "otp"
    assert list(peers.double(make(request), "otp")) == []


def test_another_model_reaches_another_script(make: Make) -> None:
    request = TraceEntry(0.0, "model:main", "in", "http", BODY)
    [(_, entries)] = peers.other_model(make(request))
    assert entries[0].inbox == "model:nobody"
    other = TraceEntry(0.0, "model:other", "in", "http", BODY)
    [(_, entries), _] = peers.other_model(make(request, other))
    assert entries[0].inbox == "model:other"


def test_tool_and_code_bodies(make: Make) -> None:
    call = TraceEntry(0.0, "tool:main/look", "in", "http", {"arguments": {"id": "1"}, "user": {}})
    [(_, entries)] = peers.alter(make(call), "tool:", peers.TOOL["other-arguments"])
    assert entries[0].value["arguments"] != {"id": "1"}
    [(_, entries)] = peers.alter(make(call), "tool:", peers.drop_key("user"))
    assert "user" not in entries[0].value
    code = TraceEntry(0.0, "otp", "in", "http", {"destination": "p@x.test", "channel": "email"})
    [(_, entries)] = peers.alter(make(code), "otp", peers.OTP["other-channel"])
    assert entries[0].value["channel"] == "sms"


def test_exit_and_http(make: Make) -> None:
    exit_ = TraceEntry(0.0, "process", "in", "event", {"exit": 0})
    got = TraceEntry(0.0, "http", "in", "http", {"status": 200, "body": "ok"})
    [(_, entries)] = peers.exit_code(make(exit_))
    assert entries[0].value == {"exit": 1}
    [(_, entries)] = peers.http_status(make(got))
    assert entries[0].value["status"] != 200
    [(_, entries)] = peers.http_body(make(got))
    assert entries[0].value["body"] != "ok"
