"""Constructs that the real contract uses rarely or not yet, through every generated module."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from smooth_operator_codegen import SpecError
from smooth_operator_codegen.emit.python import emit_python, emit_python_models
from smooth_operator_codegen.ir import Contract

Files = dict[str, Any]
Load = Callable[[Files], Contract]
GREET = "actions/greet.schema.json"
TOLD = "events/told.schema.json"
PARCEL = "domain/parcel.schema.json"

_SENTENCES = {
    "error_field_out_of_range": ["field"],
    "type_integer": [],
    "type_number": [],
    "type_boolean": [],
    "type_object": [],
    "type_array": [],
}


def documented(**properties: Any) -> dict[str, Any]:
    return {name: {"description": f"The {name}.", **each} for name, each in properties.items()}


def parcel() -> Any:
    """An object that uses everything."""
    return {
        "title": "Parcel",
        "description": "A parcel.",
        "type": "object",
        "properties": documented(
            kind={"const": "parcel"},
            weight={"type": "number", "minimum": 0.5, "maximum": 9},
            price={"type": "number"},
            count={"type": "integer"},
            fragile={"type": "boolean"},
            labels={"type": "object", "additionalProperties": {"type": "string"}},
            notes={"type": "object", "additionalProperties": True},
            sizes={"type": "array", "items": {"type": "integer", "minimum": 1}, "minItems": 1},
            mood={"type": "string", "enum": ["fast", "slow"]},
            code={"type": "string", "pattern": '^[A-Z"]+$'},
            inner={"type": "array", "items": {"$ref": "#"}},
            extra={},
            gone={"type": ["string", "null"]},
        ),
        "required": ["kind", "weight"],
        "additionalProperties": True,
    }


@pytest.fixture
def rich(spec: Files) -> Files:
    """The miniature with a parcel in the request and one in the event."""
    spec[PARCEL] = parcel()
    reference = {"$ref": "../domain/parcel.schema.json", "description": "A parcel."}
    spec[GREET]["$defs"]["Request"]["properties"]["parcel"] = reference
    spec[TOLD]["$defs"]["Data"]["properties"]["parcel"] = reference
    spec[TOLD]["$defs"]["Data"]["properties"]["either"] = {
        "oneOf": [{"type": "string"}, {"$ref": "../domain/parcel.schema.json"}],
        "description": "Either.",
    }
    spec[TOLD]["$defs"]["Data"]["properties"]["maybe"] = {
        "type": ["integer", "null"],
        "description": "Maybe.",
    }
    spec[TOLD]["$defs"]["Data"]["required"].append("maybe")
    template = spec["prompts.json"]["sentences"]["error_field_invalid"]
    for name, names in _SENTENCES.items():
        text = " ".join([name, *(f"{{{each}}}" for each in names)])
        sentence = template | {"id": name, "placeholders": names, "text": text}
        spec["prompts.json"]["sentences"][name] = sentence
    return spec


@pytest.fixture
def protocol(rich: Files, load: Load, tmp_path: Path) -> Iterator[SimpleNamespace]:
    """The modules generated from it."""
    name = f"rich_{abs(hash(tmp_path))}"
    contract = load(rich)
    (tmp_path / name).mkdir()
    for path, text in {**emit_python(contract), **emit_python_models(contract)}.items():
        target = tmp_path / name / Path(path).name
        target.write_text(text.replace("smooth_operator.protocol", name), encoding="utf-8")
    sys.path.insert(0, str(tmp_path))
    modules = ("decode", "encode", "events", "models", "validate", "stubs", "dispatch")
    yield SimpleNamespace(**{each: import_module(f"{name}.{each}") for each in modules})
    sys.path.remove(str(tmp_path))
    for module in [each for each in sys.modules if each.partition(".")[0] == name]:
        del sys.modules[module]


PLAIN: dict[str, Any] = {
    "weight": 1,
    "price": 2.5,
    "count": 3.0,
    "fragile": False,
    "labels": {"a": "b"},
    "notes": {"any": [1]},
    "sizes": [1, 2.0],
    "mood": "slow",
    "code": 'AB"',
    "inner": [{"weight": 2}],
    "extra": {"free": None},
}


def test_a_request_is_read_whole(protocol: SimpleNamespace) -> None:
    request = protocol.decode.decode_request("greet", {"name": "a", "parcel": PLAIN})
    found = request.parcel
    assert (found.kind, found.weight, found.price, found.count) == ("parcel", 1, 2.5, 3)
    assert (found.fragile, found.labels, found.notes) == (False, {"a": "b"}, {"any": [1]})
    assert (found.sizes, found.mood, found.code) == ([1, 2], "slow", 'AB"')
    assert (found.inner[0].weight, found.extra, found.gone) == (2, {"free": None}, None)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"weight": None}, "parcel.weight"),
        ({"weight": 0.4}, "parcel.weight"),
        ({"weight": 9.1}, "parcel.weight"),
        ({"weight": True}, "parcel.weight"),
        ({"price": "1"}, "parcel.price"),
        ({"count": 1.5}, "parcel.count"),
        ({"fragile": 0}, "parcel.fragile"),
        ({"labels": []}, "parcel.labels"),
        ({"labels": {"a": 1}}, "parcel.labels.a"),
        ({"sizes": []}, "parcel.sizes"),
        ({"sizes": {}}, "parcel.sizes"),
        ({"sizes": [1, 0]}, "parcel.sizes[1]"),
        ({"mood": "calm"}, "parcel.mood"),
        ({"code": "ab"}, "parcel.code"),
        ({"code": "AB\n"}, "parcel.code"),
        ({"inner": [{}]}, "parcel.inner[0].weight"),
        ({"inner": [5]}, "parcel.inner[0]"),
    ],
    ids=lambda each: str(each)[:40],
)
def test_a_bad_value_is_named_by_its_path(
    protocol: SimpleNamespace, change: dict[str, Any], field: str
) -> None:
    with pytest.raises(protocol.decode.FieldError) as caught:
        protocol.decode.decode_request("greet", {"name": "a", "parcel": PLAIN | change})
    assert caught.value.field == field
    assert str(caught.value) == caught.value.message


def test_an_event_is_made_checked_and_read(protocol: SimpleNamespace) -> None:
    sent = PLAIN | {"kind": "parcel", "count": 3, "sizes": [1], "gone": None}
    sent["inner"] = [{"kind": "parcel", "weight": 2}]
    made = protocol.encode.told(
        request_id="t", words=["a"], parcel=sent, either="x", maybe=None, timestamp=4
    )
    assert made["data"]["maybe"] is None
    assert protocol.validate.check_event(made) == []
    event = protocol.events.parse_event(made)
    assert event.data.parcel.inner[0].weight == 2
    assert event.data.either == "x"
    assert event.wire() == made


def test_a_plain_union_takes_either_variant(protocol: SimpleNamespace) -> None:
    made = protocol.encode.told(
        request_id="t", words=[], either={"kind": "parcel", "weight": 1}, maybe=1, timestamp=4
    )
    assert protocol.validate.check_event(made) == []
    assert protocol.events.parse_event(made).data.either.weight == 1


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"either": 5}, "/data/either: fits none of its variants"),
        ({"maybe": "x"}, "/data/maybe: is no integer"),
        ({"words": [1]}, "/data/words/0: is no string"),
        ({"words": "a"}, "/data/words: is no array"),
        ({"parcel": PLAIN | {"labels": {"a": 1}}}, "/data/parcel/labels/a: is no string"),
        ({"parcel": PLAIN | {"labels": 1}}, "/data/parcel/labels: is no object"),
        ({"parcel": PLAIN | {"weight": "x"}}, "/data/parcel/weight: is no number"),
        ({"parcel": PLAIN | {"weight": 10}}, "/data/parcel/weight: is out of range"),
        ({"parcel": PLAIN | {"sizes": []}}, "/data/parcel/sizes: has 0 items"),
        ({"parcel": PLAIN | {"fragile": 1}}, "/data/parcel/fragile: is neither true nor false"),
        ({"parcel": PLAIN | {"code": 1}}, "/data/parcel/code: is no string"),
        ({"parcel": PLAIN | {"code": "a"}}, "/data/parcel/code: does not match its pattern"),
        ({"parcel": PLAIN | {"mood": "calm"}}, "/data/parcel/mood: is none of 'fast', 'slow'"),
    ],
    ids=lambda each: str(each)[-40:],
)
def test_strict_checks_see_everything(
    protocol: SimpleNamespace, change: dict[str, Any], problem: str
) -> None:
    made = protocol.encode.told(request_id="t", words=[], maybe=1, timestamp=4)
    made["data"].update(change)
    assert problem in protocol.validate.check_event(made)


def test_requests_have_their_bounds_checked_too(protocol: SimpleNamespace) -> None:
    assert protocol.validate.check_request({"action": "greet", "name": "abcdef"}) == [
        "/name: has 6 characters"
    ]


def test_a_union_within_a_request_is_refused(spec: Files, refusal: Callable[[Files], str]) -> None:
    field = {"description": "x", "oneOf": [{"type": "string"}, {"type": "integer"}]}
    spec[GREET]["$defs"]["Request"]["properties"]["id"] = field
    assert refusal(spec).startswith(
        f"{GREET}#/$defs/Request/properties/id: is a union within a request, and nothing says"
    )


def test_a_union_that_the_action_reads_itself_is_accepted(spec: Files, load: Load) -> None:
    field = {
        "description": "x",
        "oneOf": [{"type": "string"}, {"type": "integer"}],
        "x-soft": "any",
    }
    spec[GREET]["$defs"]["Request"]["properties"]["id"] = field
    assert emit_python(load(spec))


def test_two_fields_of_one_name_must_be_twins(spec: Files, load: Load) -> None:
    properties = spec[TOLD]["$defs"]["Data"]["properties"]
    properties["timestamp"] = {"type": "integer", "description": "Another."}
    with pytest.raises(SpecError, match="'timestamp' stands at two levels and is no twin"):
        emit_python(load(spec))
    properties["timestamp"]["x-twin"] = "/timestamp"
    assert emit_python(load(spec))


def test_a_refusal_needs_its_sentence(spec: Files, load: Load) -> None:
    del spec["prompts.json"]["sentences"]["error_field_too_long"]
    with pytest.raises(SpecError, match="lacks 'error_field_too_long', with which bad fields"):
        emit_python(load(spec))
