"""Encoders write exactly the wire's keys: every example of every event, judged by its schema."""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from smooth_operator.protocol import encode
from smooth_operator_codegen import from_folder, read
from smooth_operator_codegen.emit.python.names import snake
from smooth_operator_codegen.ir import Contract, Event, ObjectDef
from smooth_operator_codegen.source import repository

HOME = "https://smooth-operator.example/spec/"
CONTRACT = read(from_folder(repository() / "spec"))


def added_later(contract: Contract, event: Event) -> set[str]:
    """Keys of the envelope that the outbox adds for connections that asked for them."""
    root = contract.object(event.schema)
    return {each.name for each in root.fields if each.capability is not None}


def levels(contract: Contract, event: Event, frame: dict[str, Any]) -> list[dict[str, Any]]:
    """The frame, its `data` and the `data` within, as far as their keys are parameters."""
    found, owner, value = [frame], contract.object(event.schema), frame
    while (field := owner.find("data")) is not None:
        inner = contract.resolve(field.type)
        if not isinstance(inner, ObjectDef) or "data" not in value:
            break
        owner, value = inner, value["data"]
        found.append(value)
    return found


def arguments(contract: Contract, event: Event, frame: dict[str, Any]) -> dict[str, Any]:
    """What the encoder must be given to make the frame."""
    parameters = inspect.signature(getattr(encode, snake(event.type))).parameters
    given = {}
    for level in reversed(levels(contract, event, frame)):
        given.update({snake(key): each for key, each in level.items() if snake(key) in parameters})
    return given


def as_sent(contract: Contract, event: Event, frame: dict[str, Any]) -> bool:
    """Whether our servers would send the example: older peers leave keys out."""
    owner: Any = contract.object(event.schema)
    for level in levels(contract, event, frame):
        if any(each.always and each.name not in level for each in owner.fields):
            return False
        field = owner.find("data")
        owner = contract.resolve(field.type) if field is not None else None
        if not isinstance(owner, ObjectDef):
            break
    return True


EXAMPLES = [
    pytest.param(event, frame, id=f"{event.type}-{position}")
    for event in CONTRACT.events
    for position, frame in enumerate(CONTRACT.object(event.schema).examples)
    if isinstance(frame, dict) and as_sent(CONTRACT, event, frame)
]


@pytest.mark.parametrize(("event", "frame"), EXAMPLES)
def test_an_example_is_made_again(contract: Contract, event: Event, frame: dict[str, Any]) -> None:
    later = added_later(contract, event)
    expected = {key: each for key, each in frame.items() if key not in later}
    made = getattr(encode, snake(event.type))(**arguments(contract, event, frame))
    assert made == expected


def test_every_event_has_such_an_example() -> None:
    covered = {param.values[0].type for param in EXAMPLES}  # type: ignore[union-attr]
    assert covered == {each.type for each in CONTRACT.events}


@pytest.mark.parametrize(("event", "frame"), EXAMPLES)
def test_what_is_made_fits_the_schema(
    contract: Contract, root: Path, event: Event, frame: dict[str, Any]
) -> None:
    made = getattr(encode, snake(event.type))(**arguments(contract, event, frame))
    file = contract.object(event.schema).place.partition("#")[0]
    jsonschema_rs.validator_for(
        {"$ref": HOME + file}, registry=registry(root), validate_formats=False
    ).validate(made)


def registry(root: Path) -> jsonschema_rs.Registry:
    """Every schema of the contract by its `$id`, read without the generator."""
    folder = root / "spec"
    return jsonschema_rs.Registry(
        [
            (HOME + path.relative_to(folder).as_posix(), json.loads(path.read_text("utf-8")))
            for path in sorted(folder.rglob("*.schema.json"))
        ]
    )


def test_absent_arguments_leave_no_trace() -> None:
    made = encode.pong(timestamp=5)
    assert made == {"type": "pong", "data": {"timestamp": 5}, "timestamp": 5}


def test_twins_come_from_one_argument() -> None:
    failure = {"code": "AGENT_ERROR", "message": "No."}
    made = encode.error(request_id="t", error=failure, timestamp=1)
    assert made == {
        "type": "error",
        "requestId": "t",
        "error": failure,
        "data": {"requestId": "t", "error": failure},
        "timestamp": 1,
    }


def test_an_error_without_an_id_has_none_at_any_level() -> None:
    made = encode.error(error={"code": "X", "message": "y"}, timestamp=1)
    assert "requestId" not in made
    assert "requestId" not in made["data"]


def test_every_event_has_an_encoder_and_none_is_left_over(contract: Contract) -> None:
    functions = {
        name
        for name, each in vars(encode).items()
        if inspect.isfunction(each) and each.__module__ == encode.__name__
    }
    assert functions == {snake(each.type) for each in contract.events}
