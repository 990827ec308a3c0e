"""Frames: from text to a request, and from whatever goes wrong to its answer. Free of I/O."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from smooth_operator.protocol import prompts
from smooth_operator.protocol.codes import ActionName, ErrorCode
from smooth_operator.protocol.decode import FieldError, decode_request
from smooth_operator.protocol.dispatch import ACTIONS, ActionHandlers, dispatch

from smooth_operator_server.actions.client import Client, Refusal
from smooth_operator_server.json_text import JsonError, read_json
from smooth_operator_server.logs import log
from smooth_operator_server.storage.base import StorageError

MAX_NESTING = 64
MAX_ID_CHARS = 128
MAX_ECHOED_ID_CHARS = 4096

SERVED_IN_GRACE = frozenset({"authenticate", "ping", "cancel"})


@dataclass(slots=True)
class Frame:
    """A JSON object that names an action."""

    action: str
    request_id: str | None
    fields: dict[str, Any]


class BadFrame(Exception):
    """A frame that reaches no action; `request_id` is what its answer carries."""

    def __init__(self, message: str, request_id: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.request_id = request_id
        self.code = ErrorCode.VALIDATION_ERROR


def read_frame(text: str) -> Frame:
    """Decode one text frame (decisions 1.3, 1.5; wire facts §4). Raises `BadFrame`."""
    try:
        data = text.encode()
        fields = read_json(data)
    except (JsonError, UnicodeEncodeError):
        raise BadFrame(prompts.ERROR_NOT_JSON) from None
    if not isinstance(fields, dict):
        raise BadFrame(prompts.ERROR_NOT_OBJECT)
    if data.count(b"{") + data.count(b"[") > MAX_NESTING and _too_deep(fields):
        raise BadFrame(prompts.error_nesting(maximum=str(MAX_NESTING)))
    request_id = _request_id(fields)
    action = fields.get("action")
    if not isinstance(action, str):
        raise BadFrame(prompts.ERROR_ACTION_MISSING, request_id)
    return Frame(action, request_id, fields)


def _request_id(fields: dict[str, Any]) -> str | None:
    """The frame's id; what is no id is taken out, so that nobody reads it later."""
    given = fields.get("requestId")
    if isinstance(given, str) and given:
        if len(given) <= MAX_ID_CHARS:
            return given
        echoed = given if len(given) <= MAX_ECHOED_ID_CHARS else None
        message = prompts.error_field_too_long(field="requestId", maximum=str(MAX_ID_CHARS))
        raise BadFrame(message, echoed)
    fields.pop("requestId", None)
    return None


def _too_deep(value: Any) -> bool:
    """Whether containers nest more than `MAX_NESTING` levels; the root is level 1."""
    level: list[Any] = [value]
    for _ in range(MAX_NESTING):
        level = [
            child
            for container in level
            for child in (container.values() if isinstance(container, dict) else container)
            if isinstance(child, dict | list)
        ]
        if not level:
            return False
    return True


async def serve_frame(
    handlers: ActionHandlers[Client], client: Client, text: str, *, in_grace: bool
) -> None:
    """Answer one frame; whatever happens, the connection goes on."""
    try:
        frame = read_frame(text)
    except BadFrame as bad:
        client.refuse(bad.request_id, Refusal(bad.code, bad.message))
        return
    with answering(client, frame.request_id):
        shut_out = client.must_greet and frame.action != ActionName.HELLO
        if shut_out or (in_grace and frame.action not in SERVED_IN_GRACE):
            raise Refusal(ErrorCode.UNAUTHENTICATED, prompts.ERROR_UNAUTHENTICATED)
        if frame.action not in ACTIONS:
            raise Refusal(ErrorCode.UNSUPPORTED_ACTION, prompts.ERROR_UNSUPPORTED_ACTION)
        await dispatch(handlers, client, decode_request(frame.action, frame.fields))


class answering:
    """Whatever goes wrong within is answered under the frame's own id."""

    __slots__ = ("_client", "_request_id")

    def __init__(self, client: Client, request_id: str | None) -> None:
        self._client = client
        self._request_id = request_id

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if not isinstance(error, Exception):
            return False
        self._client.refuse(self._request_id, _refusal(error, self._request_id))
        return True


def _refusal(error: Exception, request_id: str | None) -> Refusal:
    """What went wrong, as the client is told."""
    if isinstance(error, FieldError):
        return Refusal(ErrorCode.VALIDATION_ERROR, error.message)
    if isinstance(error, Refusal):
        return error
    if isinstance(error, StorageError):
        log("storage_failed", str(error), level=logging.ERROR, request_id=request_id)
        return Refusal(ErrorCode.STORAGE_ERROR, prompts.ERROR_STORAGE)
    log(
        "action_broke",
        "a handler raised",
        level=logging.ERROR,
        exc_info=error,
        request_id=request_id,
    )
    return Refusal(ErrorCode.INTERNAL_ERROR, prompts.ERROR_INTERNAL)
