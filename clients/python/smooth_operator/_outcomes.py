"""What came of answering a prompt. A wrong code or a bad field is a result, not an exception."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ._errors import DecodeError
from ._requests import result
from .protocol.events import Event
from .protocol.models import (
    FieldProblem,
    InteractionInvalidEvent,
    OtpInvalidEvent,
    OtpVerifiedEvent,
    SubmitInteractionResponse,
)


@dataclass(frozen=True, slots=True)
class Submission:
    """The server's word on submitted values.

    `accepted`: the turn goes on, `values` is the normalised form where the server repeats it.
    Otherwise the card stays open and `problems` says, field by field, what to mend.
    """

    accepted: bool
    values: dict[str, Any] | None = None
    problems: tuple[FieldProblem, ...] = ()
    message: str = ""


@dataclass(frozen=True, slots=True)
class Verification:
    """The server's word on a one-time code.

    When not `verified`, `reason` is `INVALID_CODE`, `MAX_ATTEMPTS`, `NOT_FOUND`, `EXPIRED` or
    None, and `attempts_remaining` counts the tries this code has left.
    """

    verified: bool
    message: str = ""
    reason: str | None = None
    attempts_remaining: int | None = None


def submission(reply: Event) -> Submission:
    """Reads what answers submit_interaction."""
    if isinstance(reply, InteractionInvalidEvent):
        refused = reply.data.data
        return Submission(False, problems=tuple(refused.errors), message=refused.message or "")
    try:
        values = result(SubmitInteractionResponse, reply).values
    except DecodeError:  # published servers differ in what they repeat; only `accepted` is portable
        values = None
    return Submission(True, values=values)


def verification(reply: Event) -> Verification:
    """Reads what answers verify_otp."""
    if isinstance(reply, OtpVerifiedEvent):
        return Verification(True, message=reply.data.data.message)
    assert isinstance(reply, OtpInvalidEvent)
    refused = reply.data.data
    return Verification(
        False,
        message=refused.message,
        reason=refused.error,
        attempts_remaining=refused.attempts_remaining,
    )
