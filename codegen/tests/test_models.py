"""The pydantic models say what the IR says, field by field; optional is apart from nullable."""

from __future__ import annotations

import types
from typing import Any, Literal, Union, get_args, get_origin

import pytest
from pydantic import BaseModel
from smooth_operator.protocol import models
from smooth_operator_codegen.emit.python.bundle import model_objects, outward_only
from smooth_operator_codegen.emit.python.names import snake
from smooth_operator_codegen.ir import (
    AnyJson,
    Boolean,
    Const,
    Contract,
    EnumDef,
    Field,
    Integer,
    ListOf,
    MapOf,
    Number,
    ObjectDef,
    Soft,
    Text,
    Type,
    UnionDef,
)


def bare(annotation: Any) -> Any:
    """Without Annotated."""
    return bare(get_args(annotation)[0]) if hasattr(annotation, "__metadata__") else annotation


def alternatives(annotation: Any) -> frozenset[Any]:
    annotation = bare(annotation)
    if get_origin(annotation) in (Union, types.UnionType):
        return frozenset().union(*(alternatives(each) for each in get_args(annotation)))
    return frozenset({annotation})


def expected(contract: Contract, kind: Type) -> frozenset[Any]:
    match contract.resolve(kind):
        case Text() | EnumDef(open=True):
            return frozenset({str})
        case EnumDef(values=values):
            return frozenset({Literal[values]})
        case Integer():
            return frozenset({int})
        case Number():
            return frozenset({float})
        case Boolean():
            return frozenset({bool})
        case Const(value=value):
            return frozenset({Literal[value]})
        case AnyJson():
            return frozenset({Any})
        case ObjectDef(name=name):
            return frozenset({getattr(models, name)})
        case UnionDef(variants=variants):
            return frozenset().union(*(expected(contract, each) for each in variants))
        case ListOf() | MapOf():
            raise AssertionError("compared by their content")
        case other:
            raise AssertionError(other)


def check_type(contract: Contract, kind: Type, found: frozenset[Any]) -> None:
    resolved = contract.resolve(kind)
    if isinstance(resolved, ListOf):
        (only,) = found
        assert get_origin(only) is list
        check_type(contract, resolved.item, alternatives(get_args(only)[0]))
    elif isinstance(resolved, MapOf):
        (only,) = found
        assert get_origin(only) is dict
        assert get_args(only)[0] is str
        check_type(contract, resolved.value, alternatives(get_args(only)[1]))
    else:
        assert found == expected(contract, kind)


def check_field(contract: Contract, field: Field, model: type[BaseModel], *, request: bool) -> None:
    found = model.model_fields[snake(field.name)]
    assert (found.alias or snake(field.name)) == field.name
    resolved = contract.resolve(field.type)
    fixed = request and isinstance(resolved, Const)
    assert found.is_required() == (field.required and not fixed)
    kinds = alternatives(found.annotation)
    if field.soft is Soft.ANY or isinstance(resolved, AnyJson):
        assert Any in kinds
        return
    has_null = type(None) in kinds
    if field.required or field.has_default:
        assert has_null == field.nullable, "null belongs to nullable fields only"
    else:
        assert has_null, "an optional field has None for absence"
    if field.has_default:
        assert found.get_default(call_default_factory=True) == field.default
    check_type(contract, field.type, kinds - {type(None)})


def test_every_object_is_a_model_and_nothing_else_is(contract: Contract) -> None:
    declared = {
        name
        for name, each in vars(models).items()
        if isinstance(each, type) and each.__module__ == models.__name__
    }
    assert declared == {each.name for each in model_objects(contract)}


def test_every_field(contract: Contract) -> None:
    requests = {each.request for each in contract.actions}
    for definition in model_objects(contract):
        model = getattr(models, definition.name)
        assert list(model.model_fields) == [snake(each.name) for each in definition.fields]
        for field in definition.fields:
            check_field(contract, field, model, request=definition.name in requests)


def test_requests_refuse_other_keys_and_answers_ignore_them(contract: Contract) -> None:
    strict = outward_only(contract)
    assert {each.request for each in contract.actions} <= strict
    assert not {each.schema for each in contract.events} & strict
    for definition in model_objects(contract):
        extra = getattr(models, definition.name).model_config.get("extra")
        closed = "forbid" if definition.name in strict else None
        assert extra == ("allow" if definition.open else closed)


def test_attributes_and_wire_names_both_build_a_model() -> None:
    by_attribute = models.SendMessageRequest(session_id="s", message="m")
    by_alias = models.SendMessageRequest.model_validate({"sessionId": "s", "message": "m"})
    assert by_attribute.session_id == by_alias.session_id == "s"
    assert by_attribute.action == "send_message"
    assert by_attribute.wire() == {"action": "send_message", "sessionId": "s", "message": "m"}


@pytest.mark.parametrize(("given", "read"), [(10, 10), (10.0, 10)])
def test_ten_point_zero_is_an_integer(given: float, read: int) -> None:
    found = models.PongData.model_validate({"timestamp": given})
    assert found.timestamp == read
    assert type(found.timestamp) is int


@pytest.mark.parametrize("given", ["10", 10.5, True, [10]])
def test_nothing_else_is(given: Any) -> None:
    with pytest.raises(ValueError, match="integer"):
        models.PongData.model_validate({"timestamp": given})


@pytest.mark.parametrize("given", [1, "true", "yes"])
def test_a_boolean_is_true_or_false(given: Any) -> None:
    with pytest.raises(ValueError, match="boolean"):
        models.AuthState.model_validate({"anonymous": given})
