"""A model's arguments against a tool's `parameters`: where they do not fit."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import jsonschema_rs
from smooth_operator.protocol import prompts

_MOST_VALIDATORS = 1024


class _Validator(Protocol):
    def iter_errors(self, instance: Any) -> Iterable[jsonschema_rs.ValidationError]: ...


# Keyed by identity: a tool's parameters are one object for as long as the tool lives, and the
# entry keeps it alive, so an identity is never reused while it is here.
_validators: OrderedDict[int, tuple[Mapping[str, Any], _Validator]] = OrderedDict()


def invalid_paths(arguments: Mapping[str, Any], parameters: Mapping[str, Any]) -> list[str]:
    """JSON pointers of what breaks the schema, each once, in code point order; [] when it fits."""
    paths = {
        _pointer(error.instance_path) for error in _validator(parameters).iter_errors(arguments)
    }
    return [path or prompts.TOOL_ARGUMENTS_ROOT for path in sorted(paths)]


def compile_parameters(parameters: Mapping[str, Any]) -> _Validator:
    """Raises `ValueError` when this is no JSON Schema. Formats are notes; nothing is fetched."""
    try:
        return jsonschema_rs.validator_for(
            dict(parameters), validate_formats=False, retriever=_fetch_nothing
        )
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError) as error:
        raise ValueError(str(error).partition("\n")[0]) from None


def _validator(parameters: Mapping[str, Any]) -> _Validator:
    held = _validators.get(id(parameters))
    if held is None:
        held = (parameters, compile_parameters(parameters))
        _validators[id(parameters)] = held
        if len(_validators) > _MOST_VALIDATORS:
            _validators.popitem(last=False)
    return held[1]


def _fetch_nothing(uri: str) -> Any:
    raise LookupError(f"references outside the schema are not followed: {uri}")


def _pointer(path: Iterable[str | int]) -> str:
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)
