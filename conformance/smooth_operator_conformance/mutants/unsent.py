"""What the schemas allow to be read but our servers never send, so no fault can be in it.

Schemas say what may be *read* from published servers; a conforming server never fills these fields
nor uses these members. The campaign turns red when one of them does appear in a trace.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from smooth_operator_conformance.mutants.tape import Tape, fetch, places

FIELDS: Mapping[str, str] = {
    "eventual_response.escalationReason": "TURN-017",
    "stream_chunk.done": "TOOL-001",
    "stream_chunk.state.structuredResponse": "TOOL-001",
    "stream_chunk.state.pendingWriteConfirmation": "TOOL-001",
    "stream_chunk.state.pendingOtpVerification": "TOOL-001",
    "get_conversation_messages.messages[].content.structuredResponse": "MSG-007",
    "get_conversation_messages.messages[].from": "MSG-007",
    "get_conversation_messages.messages[].from.id": "MSG-007",
    "get_conversation_messages.messages[].from.type": "MSG-007",
    "get_conversation_messages.messages[].from.name": "MSG-007",
    "get_conversation_messages.messages[].to": "MSG-007",
    "get_conversation_messages.messages[].to.id": "MSG-007",
    "get_conversation_messages.messages[].to.type": "MSG-007",
    "get_conversation_messages.messages[].to.name": "MSG-007",
}
"""Field to the requirement that keeps it away."""

MEMBERS: Mapping[str, str] = {
    "error.code[OTP_SEND_FAILED]": "OTP-021",
    "error.code[INTERNAL_ERROR]": "ERR-006",
    "error.code[STORAGE_ERROR]": "ERR-007",
    "eventual_response.response.resolutionStatus[resolved]": "TURN-016",
    "eventual_response.response.resolutionStatus[blocked]": "TURN-016",
    "eventual_response.response.resolutionStatus[needs_more_info]": "TURN-016",
    "eventual_response.response.resolutionStatus[requires_escalation]": "TURN-016",
    "otp_verification_required.authLevel[none]": "OTP-001",
    "otp_verification_required.authLevel[admin]": "TOOL-024",
    "get_session.status[idle]": "SESS-011",
    "get_session.status[ended]": "SESS-011",
}
"""Members that are never sent, or that no black box can provoke."""

VERBS = ("drop-field", "flip", "nudge", "cut", "other", "shorten", "reorder", "blend")

IMPOSSIBLE: Mapping[str, str] = {
    "reorder:eventual_response.response.responseParts": "TURN-016",
}
"""Faults that need what never comes, such as a second entry of an array that has one."""

UNSENT: frozenset[str] = frozenset(
    [f"{verb}:{field}" for verb in VERBS for field in FIELDS]
    + [f"flip:{member}" for member in MEMBERS]
    + list(IMPOSSIBLE)
)
"""Operators and ids that are no mutants."""


def appearing(tape: Tape) -> Iterator[str]:
    """Names from the lists above that a trace holds after all."""
    for leaf in tape.surface.leaves:
        members = {f"{leaf.name}[{member}]" for member in leaf.members} & MEMBERS.keys()
        if leaf.name not in FIELDS and not members:
            continue
        for index in tape.of_subject(leaf.subject):
            value = tape.value(index)
            for place in places(value, leaf.path):
                found = f"{leaf.name}[{fetch(value, place)}]"
                if leaf.name in FIELDS or found in members:
                    yield leaf.name if leaf.name in FIELDS else found
