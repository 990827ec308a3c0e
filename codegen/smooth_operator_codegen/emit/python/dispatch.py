"""Emits `dispatch.py`: the table of actions and the interface that a server implements whole."""

from __future__ import annotations

from smooth_operator_codegen.emit.python.layout import docstring, header, module, quote, signature
from smooth_operator_codegen.emit.python.names import snake
from smooth_operator_codegen.ir import Action, Contract, ObjectDef

_RULE = """The table of actions and the interface that a server implements whole.

Models are imported when a request type is asked for, not when this module is."""

_SPEC = '''
@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One action: what a frame is read as, who handles it and what may answer it."""

    name: str
    request: str
    """Name of the request's model."""
    handler: str
    """Name of the method of ActionHandlers."""
    answer: Literal["ack", "turn", "event", "nothing"]
    response: str | None
    """Name of the model of the ack's data, the turn's reply or the one event's data."""
    accepted: str | None
    """Name of the model of the 202's data."""
    status: int | None
    messages: tuple[str, ...]
    events: tuple[str, ...]
    errors: frozenset[str]
    capability: str | None

    @property
    def request_type(self) -> type[WireModel]:
        """The request's model."""
        return _model(self.request)

    @property
    def response_type(self) -> type[WireModel] | None:
        """The response's model, if the action has one."""
        return None if self.response is None else _model(self.response)


def _model(name: str) -> type[WireModel]:
    found: type[WireModel] = getattr(import_module("smooth_operator.protocol.models"), name)
    return found
'''

_DISPATCH = '''
async def dispatch(handlers: ActionHandlers[C], context: C, request: Request) -> None:
    """Call the handler of a decoded request. Raises KeyError for a model that is no request."""
    handler = getattr(handlers, ACTIONS[request.action].handler)
    await handler(context, request)
'''


def emit_dispatch(contract: Contract) -> str:
    """The text of `dispatch.py`."""
    requests = [each.request for each in contract.actions]
    imports = "".join(f"        {each},\n" for each in sorted(requests))
    union = " | ".join(requests)
    return module(
        header(contract, _RULE)
        + "\nfrom collections.abc import Mapping\nfrom dataclasses import dataclass\n"
        + "from importlib import import_module\n"
        + "from typing import TYPE_CHECKING, Final, Literal, Protocol, TypeAlias, TypeVar\n\n"
        + "if TYPE_CHECKING:\n"
        + "    from smooth_operator.protocol.base import WireModel\n"
        + f"    from smooth_operator.protocol.models import (\n{imports}    )\n\n"
        + 'C = TypeVar("C", contravariant=True)\n\n'
        + _alias("Request", union)
        + "\n"
        + docstring("Every decoded request.", 0),
        _SPEC,
        "ACTIONS: Final[Mapping[str, ActionSpec]] = {\n"
        + "".join(_row(contract, each) for each in contract.actions)
        + "}\n"
        + docstring("Every action by its name on the wire.", 0),
        _protocol(contract),
        _DISPATCH,
    )


def _alias(name: str, union: str) -> str:
    """A quoted alias: the models are only imported for type checkers."""
    pieces = union.split(" | ")
    rows = "".join(f'    "{"| " if at else ""}{each} "\n' for at, each in enumerate(pieces))
    return f'{name}: TypeAlias = (\n{rows[:-3]}"\n)'


def _row(contract: Contract, action: Action) -> str:
    answer = action.answer
    errors = "".join(f"                {quote(each)},\n" for each in action.errors)
    fields = [
        f"name={quote(action.name)}",
        f"request={quote(action.request)}",
        f"handler={quote(snake(action.name))}",
        f"answer={quote(answer.kind.value)}",
        f"response={_or_none(_model(contract, answer.response))}",
        f"accepted={_or_none(_model(contract, answer.accepted))}",
        f"status={answer.status}",
        f"messages={_tuple(answer.messages)}",
        f"events={_tuple(answer.events)}",
        f"errors=frozenset(\n            {{\n{errors}            }}\n        )",
        f"capability={_or_none(action.capability)}",
    ]
    rows = "".join(f"        {each},\n" for each in fields)
    return f"    {quote(action.name)}: ActionSpec(\n{rows}    ),\n"


def _model(contract: Contract, name: str | None) -> str | None:
    """The name, if a model stands behind it: a choice of events has none."""
    if name is None or not isinstance(contract.definition(name), ObjectDef):
        return None
    return name


def _or_none(name: str | None) -> str:
    return "None" if name is None else quote(name)


def _tuple(values: tuple[str, ...]) -> str:
    inner = ", ".join(quote(each) for each in values)
    return f"({inner},)" if len(values) == 1 else f"({inner})"


def _protocol(contract: Contract) -> str:
    methods = "\n\n".join(
        signature(
            f"async def {snake(each.name)}",
            ["self", "context: C", f"request: {each.request}"],
            " -> None:",
            4,
        )
        + f"\n{docstring(each.doc, 8)}\n        ..."
        for each in contract.actions
    )
    doc = (
        "A server's answer to every action. A new action does not type-check until somebody"
        " handles it."
    )
    return f"class ActionHandlers(Protocol[C]):\n{docstring(doc, 4)}\n\n{methods}"
