"""Emits `events.py`: the union of events, and the parser that never loses a frame."""

from __future__ import annotations

from smooth_operator_codegen.emit.python.layout import docstring, frozen, header, module, quote
from smooth_operator_codegen.ir import Contract

_UNKNOWN = '''
@dataclass(frozen=True, slots=True)
class UnknownEvent:
    """An event of a type that this version does not know; `raw` is the whole frame."""

    type: str
    raw: dict[str, Any]


class MalformedEvent(Exception):
    """A frame that does not fit the type it names; `type` is empty when it names none."""

    def __init__(self, type: str, reason: str, raw: dict[str, Any]) -> None:
        self.type = type
        self.reason = reason
        self.raw = raw
        super().__init__(f"malformed event {type!r}: {reason}")
'''

_PARSE = '''
def parse_event(frame: dict[str, Any]) -> Event | UnknownEvent:
    """Read a frame as an event.

    Unknown keys are ignored and an unknown type is kept as it is. Raises MalformedEvent when the
    frame names no type, or a known one that it does not fit.
    """
    type = frame.get("type")
    if not isinstance(type, str):
        raise MalformedEvent("", "'type' is no string", frame)
    model = _MODELS.get(type)
    if model is None:
        return UnknownEvent(type, frame)
    try:
        return model.model_validate(frame)
    except ValidationError as error:
        raise MalformedEvent(type, _reason(error), frame) from None


def _reason(error: ValidationError) -> str:
    """Where and what, never the value: it may be a secret."""
    return "; ".join(
        f"{'.'.join(map(str, each['loc'])) or 'frame'}: {each['msg']}"
        for each in error.errors(include_url=False, include_input=False, include_context=False)
    )
'''


def emit_events(contract: Contract) -> str:
    """The text of `events.py`."""
    models = [each.schema for each in contract.events]
    imports = "".join(f"    {each},\n" for each in sorted(models))
    union = "\n    | ".join(models)
    table = "".join(f"    {quote(each.type)}: {each.schema},\n" for each in contract.events)
    sets = "\n".join(
        [
            frozen("TERMINAL_EVENTS", [each.type for each in contract.events if each.ends_turn]),
            docstring("Types that end a turn; an `error` only with a turn-ending code.", 0),
            frozen("LOGGED_EVENTS", [each.type for each in contract.events if each.logged]),
            docstring("Types that have a `seq` in the event log.", 0),
            frozen("PUBLISHED_EVENTS", [each.type for each in contract.events if each.published]),
            docstring("Types that every connection may get, whatever it declared.", 0),
        ]
    )
    return module(
        header(contract, "Every event as a model, and what reads a frame as one.")
        + "\nfrom dataclasses import dataclass\nfrom typing import Any, Final, TypeAlias\n\n"
        + "from pydantic import ValidationError\n\n"
        + f"from smooth_operator.protocol.models import (\n{imports})\n\n"
        + f"Event: TypeAlias = (\n    {union}\n)\n"
        + docstring("Every event that this version knows.", 0)
        + "\n\n"
        + sets
        + f"\n\n_MODELS: Final[dict[str, type[Event]]] = {{\n{table}}}",
        _UNKNOWN,
        _PARSE,
    )
