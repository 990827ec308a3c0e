"""The requirements of the contract, by id, and the ids under which faults are named."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from smooth_operator_conformance.schemas import Fault
from smooth_operator_conformance.spec import find_spec, read_json

Json = Any


@lru_cache(maxsize=1)
def sentences() -> Mapping[str, str]:
    """The sentence of every requirement."""
    raw = read_json(find_spec() / "requirements.json")
    listed = raw["requirements"] if isinstance(raw, dict) else raw
    return {entry["id"]: entry["text"] for entry in listed}


REFUSED: Final[Mapping[str, str]] = {
    "additionalProperties": "FRAME-021",
    "required": "VALUE-002",
    "type": "VALUE-003",
    "enum": "VALUE-004",
    "minLength": "VALUE-004",
    "maxLength": "VALUE-004",
    "minimum": "VALUE-004",
    "maximum": "VALUE-004",
    "minItems": "VALUE-004",
    "maxItems": "VALUE-004",
    "pattern": "VALUE-004",
}
"""By which requirement a server refuses, or ignores, what the schema of a request refuses."""

ANSWERS: Final[Mapping[str, str]] = {
    "create_conversation_session": "SESS-001",
    "send_message": "TURN-002",
    "get_session": "SESS-011",
    "get_conversation_messages": "MSG-007",
    "list_conversations": "LIST-004",
    "rename_conversation": "ACTION-011",
    "confirm_tool_action": "HITL-004",
    "submit_interaction": "CARD-004",
    "resume_stream": "RESUME-004",
    "authenticate": "RENEW-001",
}
"""The requirement that says what an action's ack holds."""

PARKS: Final[Mapping[str, str]] = {
    "write_confirmation_required": "HITL-001",
    "interaction_required": "CARD-001",
    "otp_verification_required": "OTP-001",
}
"""The requirement that puts a prompt before the chunk of its call."""

_KEYS = {"requestId": "FRAME-013", "timestamp": "VALUE-026"}
_STATUS = {"eventual_response": "TURN-021", "cancelled": "CANCEL-001", "error": "ERR-001"}
_FIELDS = {"createdAt": "VALUE-027", "updatedAt": "VALUE-027"}


def of_event(kind: str, fault: Fault) -> str:
    """The requirement that an event's schema fault breaks."""
    name = fault.path.rpartition("/")[2]
    if fault.keyword == "additionalProperties":
        return "ERR-001" if kind == "error" and "'status'" in fault.message else "FRAME-012"
    if name in _KEYS:
        return _KEYS[name]
    if fault.keyword == "required" and "timestamp" in fault.message:
        return "VALUE-026"
    if name == "status":
        return _STATUS.get(kind, "FRAME-012")
    return _FIELDS.get(name) or ("VALUE-036" if fault.keyword == "pattern" else "FRAME-012")


def of_answer(action: str, fault: Fault) -> str:
    """The requirement that a fault in an ack's `data` breaks."""
    name = fault.path.rpartition("/")[2]
    if name in _FIELDS:
        return _FIELDS[name]
    if fault.keyword == "pattern" and (name == "id" or name.endswith("Id")):
        return "VALUE-036"
    return ANSWERS.get(action, "ACTION-003")


def of_request(fault: Fault) -> str:
    """The requirement by which a server refuses a request with this fault."""
    return REFUSED.get(fault.keyword, "VALUE-003")
