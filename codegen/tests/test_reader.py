"""Every construct that the reader models, and what it becomes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from smooth_operator_codegen.ir import (
    AliasDef,
    AnyJson,
    Boolean,
    Const,
    Contract,
    EnumDef,
    Field,
    Integer,
    ListOf,
    MapOf,
    Named,
    Number,
    ObjectDef,
    Origin,
    Soft,
    Text,
    UnionDef,
)

Files = dict[str, Any]
Load = Callable[[Files], Contract]
GREET = "actions/greet.schema.json"


def add(files: Files, schema: dict[str, Any], *, required: bool = False) -> None:
    """Give the greeting one more field, called `extra`."""
    request = files[GREET]["$defs"]["Request"]
    request["properties"]["extra"] = {"description": "More.", **schema}
    if required:
        request["required"].append("extra")


def extra(contract: Contract) -> Field:
    found = contract.object("GreetRequest").find("extra")
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string"}, Text()),
        (
            {
                "type": "string",
                "minLength": 1,
                "maxLength": 3,
                "pattern": "^a$",
                "format": "uuid",
            },
            Text(1, 3, "^a$", "uuid"),
        ),
        ({"type": "integer", "minimum": 0, "maximum": 7}, Integer(0, 7)),
        ({"type": "number", "minimum": 0.5, "maximum": 1}, Number(0.5, 1)),
        ({"type": "boolean"}, Boolean()),
        ({"const": "x"}, Const("x")),
        ({"type": "integer", "const": 200}, Const(200)),
        ({"type": "boolean", "const": True}, Const(True)),
        ({}, AnyJson()),
        (
            {"type": "array", "items": {"type": "integer"}, "minItems": 1, "maxItems": 2},
            ListOf(Integer(), 1, 2),
        ),
        ({"type": "array", "items": {}}, ListOf(AnyJson())),
        ({"type": "object", "additionalProperties": True}, MapOf(AnyJson())),
        ({"type": "object", "additionalProperties": {"type": "string"}}, MapOf(Text())),
        ({"$ref": "../domain/mood.schema.json"}, Named("Mood")),
    ],
    ids=str,
)
def test_types(spec: Files, load: Load, schema: dict[str, Any], expected: object) -> None:
    add(spec, schema)
    assert extra(load(spec)).type == expected


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": ["string", "null"], "maxLength": 4}, Text(max_length=4)),
        ({"anyOf": [{"$ref": "../domain/mood.schema.json"}, {"type": "null"}]}, Named("Mood")),
    ],
    ids=["type list", "anyOf"],
)
@pytest.mark.parametrize("required", [True, False])
def test_nullable_is_apart_from_optional(
    spec: Files, load: Load, schema: dict[str, Any], expected: object, required: bool
) -> None:
    add(spec, schema, required=required)
    field = extra(load(spec))
    assert (field.type, field.nullable, field.required) == (expected, True, required)


def test_annotations_of_a_field(spec: Files, load: Load) -> None:
    add(
        spec,
        {
            "type": "boolean",
            "default": True,
            "x-soft": "true",
            "x-capability": "numbers",
            "x-secret": True,
            "examples": [False],
        },
    )
    field = extra(load(spec))
    assert field == Field(
        name="extra",
        type=Boolean(),
        doc="More.",
        has_default=True,
        default=True,
        soft=Soft.TRUE,
        capability="numbers",
        secret=True,
        examples=(False,),
    )


def test_what_is_always_sent_and_what_is_a_twin(spec: Files, load: Load) -> None:
    contract = load(spec)
    event = contract.object("ToldEvent")
    seen = {each.name: (each.required, each.always, each.capability) for each in event.fields}
    assert seen == {
        "type": (True, True, None),
        "requestId": (False, True, None),
        "data": (True, True, None),
        "seq": (False, False, "numbers"),
        "timestamp": (False, True, None),
    }
    inner = contract.object("ToldData").find("requestId")
    assert inner is not None
    assert inner.twin == ("requestId",)


def test_an_enumeration_in_place_is_named_after_its_field(spec: Files, load: Load) -> None:
    add(spec, {"type": "string", "enum": ["a", "b"]})
    contract = load(spec)
    assert extra(contract).type == Named("GreetRequestExtra")
    assert contract.definition("GreetRequestExtra") == EnumDef(
        name="GreetRequestExtra",
        doc="More.",
        origin=Origin.ACTION,
        place=f"{GREET}#/$defs/Request/properties/extra",
        values=("a", "b"),
    )


def test_an_enumeration_in_a_list_borrows_the_words_of_its_field(spec: Files, load: Load) -> None:
    add(spec, {"type": "array", "items": {"enum": ["a", "b"]}})
    found = load(spec).definition("GreetRequestExtraItem")
    assert isinstance(found, EnumDef)
    assert found.doc == "More."


def test_an_open_enumeration(contract: Contract, spec: Files, load: Load) -> None:
    del contract
    mood = load(spec).definition("Mood")
    assert isinstance(mood, EnumDef)
    assert mood.open
    assert mood.values == ("glad", "sad")


def shape(title: str, tag: str | None) -> dict[str, Any]:
    kind = {"kind": {"const": tag, "description": "Which."}} if tag else {}
    return {
        "title": title,
        "description": "A shape.",
        "type": "object",
        "properties": kind,
        "required": list(kind),
        "additionalProperties": False,
    }


def union_of(spec: Files, *variants: dict[str, Any]) -> None:
    names = [each["title"] for each in variants]
    definitions = spec[GREET]["$defs"]
    definitions.update(zip(names, variants, strict=True))
    definitions["Either"] = {
        "title": "Either",
        "description": "One of them.",
        "oneOf": [{"$ref": f"#/$defs/{name}"} for name in names],
    }


def test_a_union_is_told_apart_by_the_constant_that_its_variants_share(
    spec: Files, load: Load
) -> None:
    union_of(spec, shape("Round", "round"), shape("Square", "square"))
    found = load(spec).definition("Either")
    assert isinstance(found, UnionDef)
    assert (found.discriminator, found.tags) == ("kind", ("round", "square"))
    assert found.variants == (Named("Round"), Named("Square"))


@pytest.mark.parametrize("tags", [("round", "round"), ("round", None)])
def test_a_union_without_such_a_constant_is_plain(
    spec: Files, load: Load, tags: tuple[str, str | None]
) -> None:
    union_of(spec, shape("Round", tags[0]), shape("Square", tags[1]))
    found = load(spec).definition("Either")
    assert isinstance(found, UnionDef)
    assert found.discriminator is None


def test_a_union_in_place_is_named_after_its_field(spec: Files, load: Load) -> None:
    variants = [{"type": "string"}, {"$ref": "../domain/mood.schema.json"}]
    add(spec, {"oneOf": variants, "x-soft": "any"})
    found = load(spec).definition("GreetRequestExtra")
    assert isinstance(found, UnionDef)
    assert found.variants == (Text(), Named("Mood"))
    assert found.discriminator is None


def test_an_open_object_and_a_named_map(spec: Files, load: Load) -> None:
    definitions = spec[GREET]["$defs"]
    definitions["Request"]["additionalProperties"] = True
    definitions["Anything"] = {
        "title": "Anything",
        "description": "Free keys.",
        "type": "object",
        "additionalProperties": True,
        "examples": [{"a": 1}],
    }
    contract = load(spec)
    assert contract.object("GreetRequest").open
    found = contract.definition("Anything")
    assert isinstance(found, AliasDef)
    assert found.type == MapOf(AnyJson())
    assert contract.resolve(Named("Anything")) == MapOf(AnyJson())


def test_an_object_may_belong_to_a_capability(spec: Files, load: Load) -> None:
    spec["events/told.schema.json"]["x-capability"] = "numbers"
    assert load(spec).object("ToldEvent").capability == "numbers"


def test_a_path_may_only_point_to_a_shared_shape(spec: Files, load: Load) -> None:
    definitions = spec[GREET]["$defs"]
    definitions["Mood"] = {"$ref": "../domain/mood.schema.json"}
    add(spec, {"$ref": "#/$defs/Mood"})
    assert extra(load(spec)).type == Named("Mood")


def test_sentences_are_split_at_their_own_placeholders_only(spec: Files, load: Load) -> None:
    sentence = load(spec).sentences[-1]
    assert sentence.parts == ('Say {"hi"} to ', "name", ".")
    assert sentence.contractual


def test_tables_and_requirements(spec: Files, load: Load) -> None:
    contract = load(spec)
    assert contract.lexical.fold == ((0x41, "a"),)
    assert contract.lexical.drop == ((0xAD, 0xAD),)
    assert [each.area for each in contract.requirements] == ["FRAME"]


def test_the_hash_follows_the_contract_and_not_the_requirements(spec: Files, load: Load) -> None:
    before = load(spec).digest
    spec["requirements.json"][0]["text"] = "It works well."
    assert load(spec).digest == before
    spec["catalogue.json"]["errors"][0]["when"] = "It fell."
    assert load(spec).digest != before


def test_the_ir_cannot_be_changed(contract: Contract) -> None:
    definition = contract.definitions[0]
    assert isinstance(definition, ObjectDef | EnumDef | UnionDef | AliasDef)
    with pytest.raises(AttributeError):
        definition.name = "Other"  # type: ignore[misc]
