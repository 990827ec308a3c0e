"""From arguments to frames and from acknowledgements to typed results, checked both ways."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import ValidationError

from ._errors import DecodeError, InvalidRequest
from ._frames import Frame, new_request_id
from .protocol.base import WireModel
from .protocol.events import Event
from .protocol.models import ImmediateResponseEvent

ModelT = TypeVar("ModelT", bound=WireModel)


def build(model: type[WireModel], action: str, request_id: str | None, /, **fields: Any) -> Frame:
    """The frame of `action`; fields that are None are left out, a missing id is made up.

    Raises InvalidRequest when the contract does not allow the frame.
    """
    given = {name: value for name, value in fields.items() if value is not None}
    request_id = request_id or new_request_id()
    try:
        return model.model_validate({"action": action, "request_id": request_id, **given}).wire()
    except ValidationError as exc:
        raise InvalidRequest(_complaint(exc), request_id=request_id) from exc


def result(model: type[ModelT], reply: Event) -> ModelT:
    """The `data` of an acknowledgement. Raises DecodeError when it is malformed."""
    assert isinstance(reply, ImmediateResponseEvent)
    try:
        return model.model_validate(reply.data)
    except ValidationError as exc:
        raise DecodeError(
            f"{model.__name__}: {_complaint(exc)}", raw=reply.data, request_id=reply.request_id
        ) from exc


def _complaint(exc: ValidationError) -> str:
    """Where and what, without the offending values: they may be secrets."""
    return "; ".join(
        f"{'.'.join(str(part) for part in error['loc']) or 'frame'}: {error['msg']}"
        for error in exc.errors(include_url=False, include_input=False)
    )
