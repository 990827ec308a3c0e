"""Additive or breaking: judged by what an existing peer would notice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from smooth_operator_codegen import SpecError
from smooth_operator_codegen.diff import Bump, compare, needed_bump, version_says
from smooth_operator_codegen.ir import Contract

Files = dict[str, Any]
Load = Callable[[Files], Contract]
GREET = "actions/greet.schema.json"
TOLD = "events/told.schema.json"
MOOD = "domain/mood.schema.json"
TEXT = {"type": "string", "description": "More."}


def request(files: Files) -> Any:
    return files[GREET]["$defs"]["Request"]


def response(files: Files) -> Any:
    return files[GREET]["$defs"]["Response"]


def catalogue(files: Files, part: str) -> Any:
    return files["catalogue.json"][part]


def new_event(files: Files, capability: str | None) -> None:
    path = "events/heard.schema.json"
    files[path] = {
        "title": "HeardEvent",
        "description": "Heard.",
        "type": "object",
        "properties": {"type": {"const": "heard", "description": "Which event."}},
        "required": ["type"],
        "additionalProperties": False,
    }
    entry = {**catalogue(files, "events")[0], "type": "heard", "schema": path}
    catalogue(files, "events").append(entry | ({"capability": capability} if capability else {}))


def edit(path: Callable[[Files], Any], **values: Any) -> Callable[[Files], None]:
    """Set keys of what the path leads to; None removes one."""

    def change(files: Files) -> None:
        target = path(files)
        for key, value in values.items():
            if value is None:
                del target[key]
            else:
                target[key] = value

    return change


def field(owner: Callable[[Files], Any], name: str) -> Callable[[Files], Any]:
    return lambda files: owner(files)["properties"][name]


def told(files: Files) -> Any:
    return files[TOLD]


def data(files: Files) -> Any:
    return files[TOLD]["$defs"]["Data"]


def mood(files: Files) -> Any:
    return files[MOOD]


CASES: dict[str, tuple[Callable[[Files], Any], Bump, str]] = {
    "nothing": (lambda files: None, Bump.NONE, ""),
    "optional request field": (
        edit(lambda f: request(f)["properties"], extra=TEXT),
        Bump.MINOR,
        "GreetRequest.extra: is new",
    ),
    "required request field": (
        lambda f: (
            edit(lambda f: request(f)["properties"], extra=TEXT)(f),
            request(f)["required"].append("extra"),
        ),
        Bump.MAJOR,
        "GreetRequest.extra: is new and required",
    ),
    "request field gone": (
        edit(lambda f: request(f)["properties"], times=None),
        Bump.MAJOR,
        "GreetRequest.times: is gone",
    ),
    "request field becomes required": (
        edit(request, required=["action", "name", "requestId"]),
        Bump.MAJOR,
        "GreetRequest.requestId: is required now",
    ),
    "request field becomes optional": (
        edit(request, required=["action"]),
        Bump.MINOR,
        "GreetRequest.name: is optional now",
    ),
    "request bound loosened": (
        edit(field(request, "name"), maxLength=9),
        Bump.MINOR,
        "GreetRequest.name: its upper bound 5 became 9",
    ),
    "request bound dropped": (
        edit(field(request, "name"), minLength=None),
        Bump.MINOR,
        "GreetRequest.name: its lower bound 1 became None",
    ),
    "request bound tightened": (
        edit(field(request, "name"), maxLength=3),
        Bump.MAJOR,
        "GreetRequest.name: its upper bound 5 became 3",
    ),
    "request bound added": (
        edit(field(request, "requestId"), minLength=1),
        Bump.MAJOR,
        "GreetRequest.requestId: its lower bound None became 1",
    ),
    "pattern": (
        edit(field(request, "name"), pattern="^a"),
        Bump.MAJOR,
        "GreetRequest.name: has another pattern",
    ),
    "format": (
        edit(field(request, "name"), format="uuid"),
        Bump.PATCH,
        "GreetRequest.name: has another format",
    ),
    "default": (
        edit(field(request, "times"), default=3),
        Bump.MAJOR,
        "GreetRequest.times: its default 2 became 3",
    ),
    "softness": (
        edit(field(request, "requestId"), **{"x-soft": None}),
        Bump.MAJOR,
        "GreetRequest.requestId: its rule for bad values absent became None",
    ),
    "type": (
        edit(field(request, "name"), type="boolean", minLength=None, maxLength=None),
        Bump.MAJOR,
        "GreetRequest.name: has another type",
    ),
    "request may be null": (
        edit(field(request, "name"), type=["string", "null"]),
        Bump.MINOR,
        "GreetRequest.name: may be null now",
    ),
    "answer may be null": (
        edit(field(response, "said"), type=["string", "null"]),
        Bump.MAJOR,
        "GreetResponse.said: may be null now",
    ),
    "event field without a capability": (
        edit(lambda f: data(f)["properties"], extra=TEXT),
        Bump.MAJOR,
        "ToldData.extra: is new and needs no capability",
    ),
    "event field behind a capability": (
        edit(lambda f: told(f)["properties"], extra={**TEXT, "x-capability": "numbers"}),
        Bump.MINOR,
        "ToldEvent.extra: is new",
    ),
    "answer field": (
        edit(lambda f: response(f)["properties"], extra=TEXT),
        Bump.MAJOR,
        "GreetResponse.extra: is new and needs no capability",
    ),
    "event field becomes optional": (
        edit(data, required=["requestId"]),
        Bump.MAJOR,
        "ToldData.words: is optional now",
    ),
    "event field becomes required": (
        edit(told, required=["type", "data", "timestamp"]),
        Bump.MINOR,
        "ToldEvent.timestamp: is required now",
    ),
    "no longer always sent": (
        edit(told, **{"x-always": ["requestId"]}),
        Bump.MINOR,
        "ToldEvent.timestamp: is always sent: True became False",
    ),
    "event bound": (
        edit(field(data, "words"), maxItems=4),
        Bump.MINOR,
        "ToldData.words: its upper bound None became 4",
    ),
    "list items": (
        edit(field(data, "words"), items={"type": "integer"}),
        Bump.MAJOR,
        "ToldData.words: has another type",
    ),
    "twin": (
        edit(field(data, "requestId"), **{"x-twin": None}),
        Bump.MAJOR,
        "ToldData.requestId: its twin ('requestId',) became None",
    ),
    "value of an open list": (
        edit(mood, enum=["glad", "sad", "calm"]),
        Bump.MINOR,
        "Mood: 'calm' is new",
    ),
    "value gone outward": (edit(mood, enum=["glad"]), Bump.MINOR, "Mood: 'sad' is gone"),
    "open list closed": (edit(mood, **{"x-open": None}), Bump.MINOR, "Mood: is closed now"),
    "object opened outward": (
        edit(data, additionalProperties=True),
        Bump.MAJOR,
        "ToldData: is open now",
    ),
    "object opened inward": (
        edit(request, additionalProperties=True),
        Bump.MINOR,
        "GreetRequest: is open now",
    ),
    "words": (edit(request, description="Else."), Bump.PATCH, "GreetRequest: is described in"),
    "words of a field": (
        edit(field(request, "name"), description="Else."),
        Bump.PATCH,
        "GreetRequest.name: is described in other words",
    ),
    "enumeration renamed": (
        edit(mood, title="Temper"),
        Bump.MINOR,
        "Mood: is gone as a definition",
    ),
    "event without a capability": (
        lambda f: new_event(f, None),
        Bump.MAJOR,
        "event heard: is new and needs no capability",
    ),
    "event behind a capability": (
        lambda f: new_event(f, "numbers"),
        Bump.MINOR,
        "event heard: is new",
    ),
    "event ends a turn no more": (
        edit(lambda f: catalogue(f, "events")[0], endsTurn=False),
        Bump.MAJOR,
        "event told: ends a turn: True became False",
    ),
    "error code": (
        lambda f: catalogue(f, "errors").append(catalogue(f, "errors")[0] | {"code": "OUCH"}),
        Bump.MINOR,
        "error OUCH: is new",
    ),
    "error ends a turn no more": (
        edit(lambda f: catalogue(f, "errors")[0], endsTurn=False),
        Bump.MAJOR,
        "error OOPS: ends a turn: True became False",
    ),
    "error advice": (
        edit(lambda f: catalogue(f, "errors")[0], retry="never"),
        Bump.MINOR,
        "error OOPS: has other advice",
    ),
    "action fails otherwise": (
        edit(lambda f: catalogue(f, "actions")[0], errors=[]),
        Bump.MINOR,
        "action greet: no longer fails with OOPS",
    ),
    "action needs a capability": (
        edit(lambda f: catalogue(f, "actions")[0], capability="numbers"),
        Bump.MAJOR,
        "action greet: needs numbers instead of None",
    ),
    "acknowledged otherwise": (
        edit(lambda f: catalogue(f, "actions")[0]["answer"], messages=["OK"]),
        Bump.MAJOR,
        "action greet: is acknowledged in other words",
    ),
    "may be answered by an event": (
        edit(lambda f: catalogue(f, "actions")[0]["answer"], events=["told"]),
        Bump.MAJOR,
        "action greet: may or may no longer be answered by told",
    ),
    "close code": (
        edit(lambda f: f["catalogue.json"], closeCodes=[]),
        Bump.MAJOR,
        "close code 1000: is gone",
    ),
    "limit": (
        edit(lambda f: catalogue(f, "limits")[0], default=4),
        Bump.MINOR,
        "limit greatest: is described otherwise",
    ),
    "protocol version": (
        edit(lambda f: f["catalogue.json"], protocolVersion="2"),
        Bump.MAJOR,
        "catalogue: protocolVersion 1 became 2",
    ),
    "contractual sentence": (
        edit(lambda f: f["prompts.json"]["sentences"]["hello_name"], text="Hi {name}"),
        Bump.MAJOR,
        "sentence hello_name: says something else",
    ),
    "free sentence": (
        edit(lambda f: f["prompts.json"]["sentences"]["type_string"], text="text"),
        Bump.PATCH,
        "sentence type_string: says something else",
    ),
    "tables": (
        edit(lambda f: f["lexical-tables.json"], stopWords=["the"]),
        Bump.MINOR,
        "lexical tables: hold other values: rankings change",
    ),
    "requirement": (
        lambda f: f["requirements.json"].append(f["requirements.json"][0] | {"id": "FRAME-002"}),
        Bump.MINOR,
        "requirement FRAME-002: is new or gone",
    ),
    "requirement reworded": (
        lambda f: f["requirements.json"][0].update(text="It really works."),
        Bump.PATCH,
        "requirement FRAME-001: is worded otherwise",
    ),
}


@pytest.mark.parametrize(("change", "bump", "said"), CASES.values(), ids=CASES)
def test_a_change_costs(
    spec: Files, load: Load, change: Callable[[Files], Any], bump: Bump, said: str
) -> None:
    before = load(spec)
    change(spec)
    for each in spec[TOLD]["$defs"]["Data"]["properties"].values():
        each.setdefault("description", "x")
    changes = compare(before, load(spec))
    assert needed_bump(changes) is bump
    assert not said or any(f"{each.place}: {each.text}".startswith(said) for each in changes)
    assert bool(said) == bool(changes)


def test_an_enumeration_that_got_a_name_is_the_same_on_the_wire(spec: Files, load: Load) -> None:
    field(request, "name")(spec).update({"enum": ["a", "b"]})
    for key in ("minLength", "maxLength"):
        del field(request, "name")(spec)[key]
    before = load(spec)
    spec["domain/letter.schema.json"] = {
        "title": "Letter",
        "description": "A letter.",
        "enum": ["a", "b"],
    }
    request(spec)["properties"]["name"] = {
        "$ref": "../domain/letter.schema.json",
        "description": "A text.",
    }
    assert needed_bump(compare(before, load(spec))) is Bump.MINOR


def test_an_object_travelling_both_ways_is_held_to_both(spec: Files, load: Load) -> None:
    both: dict[str, Any] = {
        "title": "Both",
        "description": "Both ways.",
        "type": "object",
        "properties": {"size": {"type": "integer", "description": "x", "maximum": 5}},
        "required": [],
        "additionalProperties": False,
    }
    spec["domain/both.schema.json"] = both
    reference = {"$ref": "../domain/both.schema.json", "description": "x"}
    request(spec)["properties"]["both"] = reference
    response(spec)["properties"]["both"] = reference
    before = load(spec)
    for maximum in (4, 6):
        both["properties"]["size"]["maximum"] = maximum
        assert needed_bump(compare(before, load(spec))) is Bump.MAJOR


def test_an_event_behind_a_capability_may_grow(spec: Files, load: Load) -> None:
    catalogue(spec, "events")[0]["capability"] = "numbers"
    before = load(spec)
    data(spec)["properties"]["extra"] = TEXT
    assert needed_bump(compare(before, load(spec))) is Bump.MINOR


@pytest.mark.parametrize(
    ("version", "protocol", "enough"),
    [
        ("1.0.0", "1", Bump.NONE),
        ("1.0.1", "1", Bump.PATCH),
        ("1.1.0", "1", Bump.MINOR),
        ("2.0.0", "1", Bump.MINOR),
        ("2.0.0", "2", Bump.MAJOR),
        ("1.9.0", "2", Bump.MINOR),
    ],
)
def test_a_version_says_so_much(
    spec: Files, load: Load, version: str, protocol: str, enough: Bump
) -> None:
    before = load(spec)
    spec["VERSION"] = version
    spec["catalogue.json"]["protocolVersion"] = protocol
    after = load(spec)
    for bump in Bump:
        assert version_says(before, after, bump) == (bump.weight <= enough.weight)


def test_a_version_never_goes_back(spec: Files, load: Load) -> None:
    before = load(spec)
    spec["VERSION"] = "0.9.0"
    assert not version_says(before, load(spec), Bump.NONE)
    spec["VERSION"] = "next"
    with pytest.raises(SpecError, match="'next' is no version; write three numbers"):
        version_says(before, load(spec), Bump.NONE)


def named(title: str, **shape: Any) -> dict[str, Any]:
    return {"title": title, "description": f"A {title}.", **shape}


@pytest.mark.parametrize(
    ("before", "after", "bump", "said"),
    [
        ({"type": "string"}, {"enum": ["a"]}, Bump.MAJOR, "became another kind of definition"),
        (
            {"oneOf": [{"type": "string"}, {"type": "integer"}]},
            {"oneOf": [{"type": "string"}, {"type": "boolean"}]},
            Bump.MAJOR,
            "has other variants",
        ),
        ({"type": "string"}, {"type": "string", "maxLength": 4}, Bump.MINOR, "upper bound"),
        ({"type": "number", "minimum": 1}, {"type": "number"}, Bump.MAJOR, "lower bound"),
        (
            {"type": "object", "additionalProperties": {"type": "integer"}},
            {"type": "object", "additionalProperties": {"type": "string"}},
            Bump.MAJOR,
            "has another type",
        ),
    ],
)
def test_definitions_of_every_kind_are_compared(
    spec: Files, load: Load, before: Any, after: Any, bump: Bump, said: str
) -> None:
    reference = {"$ref": "../domain/thing.schema.json", "description": "x"}
    data(spec)["properties"]["thing"] = reference
    spec["domain/thing.schema.json"] = named("Thing", **before)
    first = load(spec)
    spec["domain/thing.schema.json"] = named("Thing", **after)
    changes = compare(first, load(spec))
    assert needed_bump(changes) is bump
    assert any(said in each.text for each in changes)


def test_a_field_that_takes_another_object_of_the_same_shape_has_not_changed(
    spec: Files, load: Load
) -> None:
    shape = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
    for title in ("One", "Other"):
        spec[f"domain/{title.lower()}.schema.json"] = named(title, **shape)
    field_of = data(spec)["properties"]
    field_of["thing"] = {"$ref": "../domain/one.schema.json", "description": "x"}
    before = load(spec)
    field_of["thing"] = {"$ref": "../domain/other.schema.json", "description": "x"}
    assert needed_bump(compare(before, load(spec))) is Bump.NONE


def test_the_agents_file_is_read_by_servers_and_may_be_read_more_widely(
    spec: Files, load: Load
) -> None:
    agents = named(
        "AgentsFile",
        type="object",
        properties={"default": TEXT},
        required=["default"],
        additionalProperties=False,
    )
    spec["agents.schema.json"] = agents
    before = load(spec)
    agents["required"] = []
    assert needed_bump(compare(before, load(spec))) is Bump.MINOR
    agents["required"], agents["properties"] = ["default", "more"], {"default": TEXT, "more": TEXT}
    assert needed_bump(compare(before, load(spec))) is Bump.MAJOR
