"""Emits `stubs.py`: one client method per action, with every field as a keyword."""

from __future__ import annotations

from smooth_operator_codegen.emit.python.annotations import accepted, is_const, optional
from smooth_operator_codegen.emit.python.layout import bracket, docstring, header, module, quote
from smooth_operator_codegen.emit.python.layout import signature as head_of
from smooth_operator_codegen.emit.python.names import snake
from smooth_operator_codegen.ir import Action, AnswerKind, Contract, Field, ListOf, ObjectDef

_BASE = '''
class ActionStubs(ABC, Generic[T]):
    """Builds the frame of every action; a client says how it is sent and what a turn is."""

    @abstractmethod
    async def _request(self, frame: dict[str, Any], response_type: type[R]) -> R:
        """Send; the `data` of the `immediate_response`, read as the response type."""

    @abstractmethod
    async def _event(self, frame: dict[str, Any], event_types: tuple[type[E], ...]) -> E:
        """Send; the event that answers, one of these types."""

    @abstractmethod
    async def _turn(self, frame: dict[str, Any]) -> T:
        """Send; the turn that the frame starts."""

    @abstractmethod
    async def _notify(self, frame: dict[str, Any]) -> None:
        """Send; nothing answers."""
'''

_FRAME = '''
def _frame(action: str, **fields: Any) -> dict[str, Any]:
    """The frame without the fields that were not given, models as plain objects."""
    frame: dict[str, Any] = {"action": action}
    for name, value in fields.items():
        if value is not None:
            frame[name] = _plain(value)
    return frame


def _plain(value: Any) -> Any:
    if isinstance(value, WireModel):
        return value.wire()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(each) for each in value]
    return value
'''


def emit_stubs(contract: Contract) -> str:
    """The text of `stubs.py`."""
    methods = "\n\n".join(_method(contract, each) for each in contract.actions)
    body = f"{_BASE.strip()}\n\n{methods}"
    used = {name for each in contract.actions for name in _models(contract, each)}
    imports = "".join(f"    {each},\n" for each in sorted(used))
    literal = ", Literal" if "Literal[" in methods else ""
    return module(
        header(contract, "One client method per action, with every field as a keyword.")
        + "\nfrom abc import ABC, abstractmethod\nfrom collections.abc import Mapping, Sequence\n"
        + f"from typing import Any, Generic{literal}, TypeVar\n\n"
        + "from smooth_operator.protocol.base import WireModel\n"
        + f"from smooth_operator.protocol.models import (\n{imports})\n\n"
        + 'T = TypeVar("T")\nR = TypeVar("R", bound=WireModel)\nE = TypeVar("E", bound=WireModel)',
        body,
        _FRAME,
    )


def _method(contract: Contract, action: Action) -> str:
    request = contract.object(action.request)
    fields = [each for each in request.fields if not is_const(contract, each)]
    parameters = [_parameter(contract, each) for each in fields]
    star = ["*"] if parameters else []
    name = snake(action.name)
    head = head_of(
        f"async def {name}",
        ["self", *star, *parameters],
        f" -> {_result(contract, action)}:",
        4,
    )
    lines = [head, docstring(_doc(action, fields), 8), *_body(contract, action, fields)]
    return "\n".join(lines)


def _parameter(contract: Contract, field: Field) -> str:
    annotation = accepted(contract, field.type)
    if field.required:
        return f"{snake(field.name)}: {annotation}"
    return f"{snake(field.name)}: {optional(annotation)} = None"


def _doc(action: Action, fields: list[Field]) -> str:
    errors = ", ".join(action.errors)
    return f"{action.doc}\n\nError codes: {errors}." if fields and errors else action.doc


def _body(contract: Contract, action: Action, fields: list[Field]) -> list[str]:
    parts = [quote(action.name)]
    # A field that is no Python name travels in a dict; today none is.
    parts += [f"{each.name}={snake(each.name)}" for each in fields]
    build = bracket("frame = _frame(", parts, ")", 8)
    match action.answer.kind:
        case AnswerKind.ACK:
            send = f"return await self._request(frame, {action.answer.response})"
        case AnswerKind.TURN:
            send = "return await self._turn(frame)"
        case AnswerKind.EVENT:
            types = _event_models(contract, action)
            inner = ", ".join(types) + ("," if len(types) == 1 else "")
            send = f"return await self._event(frame, ({inner}))"
        case AnswerKind.NOTHING:
            send = "await self._notify(frame)"
    return [build, f"        {send}"]


def _result(contract: Contract, action: Action) -> str:
    match action.answer.kind:
        case AnswerKind.ACK:
            return str(action.answer.response)
        case AnswerKind.TURN:
            return "T"
        case AnswerKind.EVENT:
            return " | ".join(_event_models(contract, action))
        case AnswerKind.NOTHING:
            return "None"


def _event_models(contract: Contract, action: Action) -> list[str]:
    by_type = {each.type: each.schema for each in contract.events}
    return [by_type[each] for each in action.answer.events]


def _models(contract: Contract, action: Action) -> list[str]:
    used: list[str] = []
    if action.answer.kind is AnswerKind.ACK:
        used.append(str(action.answer.response))
    if action.answer.kind is AnswerKind.EVENT:
        used += _event_models(contract, action)
    for field in contract.object(action.request).fields:
        kind = contract.resolve(field.type)
        if isinstance(kind, ListOf):
            kind = contract.resolve(kind.item)
        if isinstance(kind, ObjectDef):
            used.append(kind.name)
    return used
