"""Requests are read by decision 1.4, value by value."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from smooth_operator.protocol.decode import FieldError, decode_request
from smooth_operator.protocol.dispatch import ACTIONS
from smooth_operator_codegen.ir import Const, Contract, Soft

SEND: dict[str, Any] = {"action": "send_message", "sessionId": "s", "message": "m"}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)


def send(**fields: Any) -> Any:
    return decode_request("send_message", SEND | fields)


def refused(action: str, frame: dict[str, Any]) -> FieldError:
    with pytest.raises(FieldError) as caught:
        decode_request(action, frame)
    return caught.value


def test_defaults_are_filled_in() -> None:
    request = send()
    assert (request.action, request.stream, request.images) == ("send_message", True, None)


def test_unknown_keys_are_ignored() -> None:
    assert send(colour="blue") == send()


def test_null_counts_as_absent_for_every_field(contract: Contract) -> None:
    for action in contract.actions:
        request = contract.object(action.request)
        needed = {
            each.name: each.type.value if isinstance(each.type, Const) else sample(each.name)
            for each in request.fields
            if each.required
        }
        nulls: dict[str, Any] = {each.name: None for each in request.fields if not each.required}
        assert decode_request(action.name, needed | nulls) == decode_request(action.name, needed)


def sample(name: str) -> Any:
    return {"protocolVersions": ["1"], "approved": True}.get(name, "x")


@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_a_required_field_is_missed_by_name(contract: Contract, action: str) -> None:
    request = contract.object(ACTIONS[action].request)
    required = [
        each for each in request.fields if each.required and not isinstance(each.type, Const)
    ]
    for field in required:
        frame = {each.name: sample(each.name) for each in required if each is not field}
        for value in ({}, {field.name: None}):
            error = refused(action, frame | value)
            assert error.field == field.name
            assert error.message == f"'{field.name}' is required."


@pytest.mark.parametrize(
    ("action", "frame", "field", "message"),
    [
        ("send_message", SEND | {"message": 5}, "message", "'message' must be a string."),
        ("send_message", SEND | {"clientMessageId": ""}, "clientMessageId", "'clientMessageId' is"),
        (
            "send_message",
            SEND | {"clientMessageId": "x" * 129},
            "clientMessageId",
            "'clientMessageId' is longer than 128 characters.",
        ),
        (
            "send_message",
            SEND | {"requestId": "x" * 129},
            "requestId",
            "'requestId' is longer than 128 characters.",
        ),
        (
            "confirm_tool_action",
            {"sessionId": "s", "approved": "true"},
            "approved",
            "'approved' must be true or false.",
        ),
        (
            "confirm_tool_action",
            {"sessionId": "s", "approved": True, "parkSeq": 0},
            "parkSeq",
            "'parkSeq' is out of range.",
        ),
        (
            "confirm_tool_action",
            {"sessionId": "s", "approved": True, "parkSeq": 1.5},
            "parkSeq",
            "'parkSeq' must be an integer.",
        ),
        (
            "confirm_tool_action",
            {"sessionId": "s", "approved": True, "parkSeq": True},
            "parkSeq",
            "'parkSeq' must be an integer.",
        ),
        (
            "hello",
            {"protocolVersions": "1"},
            "protocolVersions",
            "'protocolVersions' must be a list.",
        ),
        (
            "hello",
            {"protocolVersions": ["1", 2]},
            "protocolVersions[1]",
            "'protocolVersions[1]' must be a string.",
        ),
        (
            "hello",
            {"protocolVersions": []},
            "protocolVersions",
            "'protocolVersions' is out of range.",
        ),
    ],
)
def test_wrong_types_and_bounds_are_refused_by_name(
    action: str, frame: dict[str, Any], field: str, message: str
) -> None:
    error = refused(action, frame)
    assert error.field == field
    assert error.message.startswith(message)


def test_lengths_are_code_points() -> None:
    assert send(clientMessageId="🙂" * 128).client_message_id == "🙂" * 128
    assert refused("send_message", SEND | {"clientMessageId": "🙂" * 129}).field


def test_ten_point_zero_is_an_integer() -> None:
    frame = {"sessionId": "s", "approved": True, "parkSeq": 10.0}
    request: Any = decode_request("confirm_tool_action", frame)
    assert request.park_seq == 10
    assert type(request.park_seq) is int


def test_format_is_never_enforced() -> None:
    request: Any = decode_request(
        "create_conversation_session",
        {"agentId": "a", "userEmail": "no address", "conversationId": "no uuid"},
    )
    assert (request.user_email, request.conversation_id) == ("no address", "no uuid")


@pytest.mark.parametrize("value", [1, True, [], {}, 1.5])
@pytest.mark.parametrize("field", ["model", "requestId"])
def test_soft_texts_of_another_type_are_absent(field: str, value: Any) -> None:
    assert send(**{field: value}) == send()


@pytest.mark.parametrize("value", ["x", 1, True, []])
def test_soft_metadata_of_another_type_is_absent(value: Any) -> None:
    frame = {"agentId": "a"}
    found = decode_request("create_conversation_session", frame | {"metadata": value})
    assert found == decode_request("create_conversation_session", frame)


@pytest.mark.parametrize(
    ("value", "read"), [(True, True), (False, False), (None, True), ("no", True), (0, True)]
)
def test_stream_is_true_unless_it_says_false(value: Any, read: bool) -> None:
    assert send(stream=value).stream is read


@pytest.mark.parametrize("value", [False, "true", 1, None, [True]])
def test_declined_counts_only_as_true(value: Any) -> None:
    frame = {"sessionId": "s", "interactionId": "i"}
    request: Any = decode_request("submit_interaction", frame | {"declined": value})
    assert request.declined is False
    request = decode_request("submit_interaction", frame | {"declined": True})
    assert request.declined is True


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (None, 50),
        (7, 7),
        (7.0, 7),
        (7.5, 50),
        ("7", 50),
        (True, 50),
        (0, 50),
        (-3, 50),
        (100, 100),
        (101, 100),
        (10**30, 100),
    ],
)
def test_limit_is_clamped(value: Any, read: int) -> None:
    request: Any = decode_request("get_conversation_messages", {"sessionId": "s", "limit": value})
    assert request.limit == read


@pytest.mark.parametrize(
    ("value", "read"), [("a", None), ({}, None), ([], []), (["a", 1, None, "b"], ["a", "b"])]
)
def test_supports_keeps_its_strings(value: Any, read: Any) -> None:
    request: Any = decode_request(
        "create_conversation_session", {"agentId": "a", "supports": value}
    )
    assert request.supports == read


def test_bad_entries_are_dropped() -> None:
    good = {"url": "https://a.example/p.png", "detail": "low"}
    plain = {"url": "data:image/png;base64,", "detail": None, "alt": "ignored"}
    bad = [None, 5, "x", {}, {"url": 5}, {"url": ""}, {"url": "ftp://a"}, good | {"detail": "no"}]
    found = send(images=[*bad, good, plain]).images
    assert [(each.url, each.detail) for each in found] == [
        ("https://a.example/p.png", "low"),
        ("data:image/png;base64,", None),
    ]
    assert send(images="x").images is None
    assert send(images=[1]).images == []


def test_a_file_name_has_its_bounds() -> None:
    file = {"name": "n" * 255, "url": "https://a.example/f"}
    found = send(files=[file, file | {"name": "n" * 256}, file | {"name": ""}]).files
    assert [each.name for each in found] == ["n" * 255]


@pytest.mark.parametrize("value", [5, "x", [], {}, False])
def test_any_value_but_null_reaches_the_action(value: Any) -> None:
    frame = {"sessionId": "s", "interactionId": "i", "values": value}
    request: Any = decode_request("submit_interaction", frame)
    assert request.values == value
    assert send(skill=value).skill == value


def test_an_unknown_action_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        decode_request("dance", {})


@given(st.sampled_from(sorted(ACTIONS)), st.data())
def test_a_frame_is_read_or_refused_by_one_of_its_fields(action: str, data: st.DataObject) -> None:
    names = [each.alias or name for name, each in ACTIONS[action].request_type.model_fields.items()]
    frame = data.draw(st.dictionaries(st.sampled_from(names), JSON))
    outcome = outcome_of(action, frame)
    if isinstance(outcome, FieldError):
        assert outcome.field.partition("[")[0].partition(".")[0] in names
        assert outcome.field in outcome.message
    else:
        assert outcome.action == action


def outcome_of(action: str, frame: dict[str, Any]) -> Any:
    try:
        return decode_request(action, frame)
    except FieldError as error:
        return error


def test_only_soft_fields_are_forgiving(contract: Contract) -> None:
    """The fields that decision 1.4 lists, and no others."""
    soft = {
        (action.name, field.name): field.soft
        for action in contract.actions
        for field in contract.object(action.request).fields
        if field.soft is not None and field.name != "requestId"
    }
    listed = "images files supports model kind userName userEmail browserFingerprint metadata"
    listed += " stream declined limit skill values"
    elsewhere = {
        ("create_conversation_session", "authContext"),  # 7: AUTH_CONTEXT_INVALID instead
        ("create_conversation_session", "conversationId"),  # 2.4: a fresh conversation instead
        ("cancel", "sessionId"),  # 3.9: counts as absent
        ("get_conversation_messages", "before"),  # 2.5: ignored unless we issued it
    }
    assert {name for each, name in soft if (each, name) not in elsewhere} == set(listed.split())
    assert elsewhere <= soft.keys()
    assert soft["send_message", "stream"] is Soft.TRUE
    assert soft["submit_interaction", "declined"] is Soft.ONLY_TRUE


def test_bounds_of_the_miniature(tiny_protocol: str) -> None:
    decode = import_module(f"{tiny_protocol}.decode")
    read: Callable[..., Any] = decode.decode_request
    assert read("greet", {"name": "abcde", "times": 12}).times == 9
    with pytest.raises(decode.FieldError, match="name"):
        read("greet", {"name": "abcdef"})
