"""Events are read tolerantly, never lost, and never taken for what they are not."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from smooth_operator.protocol import events, models
from smooth_operator.protocol.events import MalformedEvent, UnknownEvent, parse_event
from smooth_operator.protocol.validate import check_event, check_object, check_request
from smooth_operator_codegen.emit.python.bundle import model_objects
from smooth_operator_codegen.ir import Contract
from smooth_operator_codegen.source import repository

FIXTURES = repository() / "spec" / "conformance" / "messages"
TOKEN: dict[str, Any] = {
    "type": "stream_token",
    "requestId": "t",
    "token": "a",
    "data": {"requestId": "t", "token": "a"},
    "timestamp": 5,
}


def fixtures(kind: str) -> list[Any]:
    return [
        pytest.param(path.parent.parent.name, path, id=f"{path.parent.parent.name}/{path.stem}")
        for path in sorted(FIXTURES.glob(f"*/{kind}/*.json"))
    ]


def parsed(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))["instance"]


@pytest.mark.parametrize(("title", "path"), fixtures("valid"))
def test_valid_fixtures_are_read(contract: Contract, title: str, path: Path) -> None:
    by_schema = {each.schema: each.type for each in contract.events}
    frame = parsed(path)
    if title in by_schema:
        event = parse_event(frame)
        assert type(event).__name__ == title
        assert not isinstance(event, UnknownEvent)
        assert event.type == by_schema[title]
    elif title in {each.name for each in model_objects(contract)}:
        assert getattr(models, title).model_validate(frame)


@pytest.mark.parametrize(("title", "path"), fixtures("invalid"))
def test_invalid_fixtures_are_never_what_we_send(
    contract: Contract, title: str, path: Path
) -> None:
    if title in {each.name for each in model_objects(contract)}:
        frame = parsed(path)
        if not isinstance(frame, dict):
            assert check_object(frame, title)
        elif title in {each.schema for each in contract.events}:
            assert check_event(frame)
        elif title in {each.request for each in contract.actions}:
            assert check_request(frame)
        else:
            assert check_object(frame, title)


def test_examples_survive_a_round_trip(contract: Contract) -> None:
    for event in contract.events:
        for frame in contract.object(event.schema).examples:
            assert isinstance(frame, dict)
            read = parse_event(frame)
            assert not isinstance(read, UnknownEvent)
            assert read.wire() == frame


def test_unknown_keys_are_ignored_at_every_level() -> None:
    more = TOKEN | {"colour": 1, "data": TOKEN["data"] | {"colour": 2}}
    assert parse_event(more) == parse_event(TOKEN)


def test_an_unknown_type_is_kept_as_it_came() -> None:
    frame = {"type": "weather", "data": {"sun": True}}
    assert parse_event(frame) == UnknownEvent("weather", frame)


@pytest.mark.parametrize("frame", [{}, {"type": 5}, {"type": None}])
def test_a_frame_without_a_type_is_malformed(frame: dict[str, Any]) -> None:
    with pytest.raises(MalformedEvent) as caught:
        parse_event(frame)
    assert caught.value.type == ""
    assert caught.value.raw is frame


def test_a_known_type_that_does_not_fit_names_the_place_and_not_the_value() -> None:
    frame = TOKEN | {"token": 99, "data": {"requestId": "t"}}
    with pytest.raises(MalformedEvent) as caught:
        parse_event(frame)
    assert caught.value.type == "stream_token"
    assert "token" in caught.value.reason
    assert "data.token" in caught.value.reason
    assert "99" not in caught.value.reason


def test_the_sets_follow_the_catalogue(contract: Contract) -> None:
    assert {each.type for each in contract.events if each.ends_turn} == events.TERMINAL_EVENTS
    assert {each.type for each in contract.events if each.logged} == events.LOGGED_EVENTS
    assert len(events.PUBLISHED_EVENTS) == 17


def test_an_open_enumeration_reads_what_it_does_not_know(tiny_protocol: str) -> None:
    read = import_module(f"{tiny_protocol}.events").parse_event
    frame = {"type": "told", "data": {"requestId": "t", "words": [], "mood": "bored"}}
    assert read(frame).data.mood == "bored"


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"colour": 1}, "/colour: is not a key of StreamTokenEvent"),
        ({"token": "b"}, "/data/token: differs from /token"),
        ({"timestamp": 5.0}, "/timestamp: is no integer"),
        ({"timestamp": -1}, "/timestamp: is out of range"),
        ({"requestId": None}, "/requestId: is no string"),
        ({"data": []}, "/data: is no object"),
        ({"data": {"token": "a"}}, "/data/requestId: is missing"),
        ({"conversationId": "x"}, "/conversationId: does not match its pattern"),
        ({"replay": False}, "/replay: is none of True"),
    ],
)
def test_strict_checks_name_the_place(change: dict[str, Any], problem: str) -> None:
    assert problem in check_event(TOKEN | change)


def test_strict_checks_close_the_lists_that_readers_leave_open() -> None:
    failure = {"code": "OUCH", "message": "x"}
    frame = {"type": "error", "error": failure, "data": {"error": failure}, "timestamp": 1}
    assert parse_event(frame)
    assert [each.partition(":")[0] for each in check_event(frame)] == [
        "/error/code",
        "/data/error/code",
    ]


def test_strict_checks_want_what_our_servers_always_send() -> None:
    assert check_event(TOKEN) == []
    without = {key: each for key, each in TOKEN.items() if key != "timestamp"}
    assert check_event(without) == ["/timestamp: is missing"]
    assert check_event({"type": "weather"}) == ["/type: no event of this version"]
    assert check_request({"action": "dance"}) == ["/action: no action of this version"]


def test_strict_checks_of_requests() -> None:
    frame = {"action": "get_conversation_messages", "sessionId": "s", "limit": 5}
    assert check_request(frame) == []
    assert check_request(frame | {"limit": 500}) == ["/limit: is out of range"]
    assert check_request(frame | {"before": "x", "page": 2}) == [
        "/page: is not a key of GetConversationMessagesRequest"
    ]


def test_strict_checks_of_acks() -> None:
    assert check_object({"conversationId": "x", "title": "t"}, "RenameConversationResponse") != []
    with pytest.raises(KeyError):
        check_object({}, "Nothing")
