"""Frames as published peers send them, with data of our own, at the paths they are published under.

Our schemas say what may be read. So each of these must be taken, although our own servers would
send more, or something else, in its place.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from speclint import load

DOCUMENTS = load(Path(__file__).parents[2] / "spec")
SESSION = "11111111-1111-1111-1111-111111111111"
CONVERSATION = "22222222-2222-2222-2222-222222222222"
AGENT = "33333333-3333-3333-3333-333333333333"
VISITOR = "44444444-4444-4444-4444-444444444444"
DESK = "55555555-5555-5555-5555-555555555555"
MESSAGE = "66666666-6666-6666-6666-666666666666"

OPENED = {
    "sessionId": SESSION,
    "conversationId": CONVERSATION,
    "agentId": AGENT,
    "agentName": "ferry-bot",
    "userParticipantId": VISITOR,
    "agentParticipantId": DESK,
}
AGENTLESS = {key: value for key, value in OPENED.items() if key != "agentId"}
REPLY = {
    "messageId": MESSAGE,
    "response": {
        "responseParts": ["The last ferry leaves at nine."],
        "customerHappinessScore": 0.5,
        "needsSatisfactionScore": 0.5,
        "requestSummary": "",
        "resolutionStatus": "in_progress",
        "suggestedNextActions": [],
    },
    "needsEscalation": False,
}
CITED = {
    **REPLY,
    "usage": {"costUsd": 0.002, "promptTokens": 88, "completionTokens": 7},
    "citations": [
        {"id": "piers", "title": "piers", "snippet": "Pier four, nine o'clock.", "score": 0.61},
        {
            "id": "fares",
            "title": "fares",
            "url": "https://ferry.example/fares",
            "snippet": "Bicycles travel free.",
            "score": 0,
        },
    ],
}


def turn_event(kind: str, payload: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "type": kind,
        "requestId": "req-t",
        "data": {"requestId": "req-t", "data": payload},
        "timestamp": 1750000000000,
        **more,
    }


def finished(reply: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "eventual_response",
        "requestId": "req-t",
        "status": 200,
        "data": {"requestId": "req-t", "status": 200, "data": reply},
        "timestamp": 1750000000000,
    }


REQUESTS = {
    "actions/create-conversation-session.schema.json": [
        {"action": "create_conversation_session", "requestId": "req-c", "agentId": AGENT},
        {
            "action": "create_conversation_session",
            "requestId": "req-c",
            "agentId": AGENT,
            "userName": "Noor",
            "userEmail": "noor@ferry.example",
            "browserFingerprint": "fp",
            "metadata": {"pier": 4},
            "supports": ["identity_form"],
            "authContext": {"userId": "n-7", "signature": "0a1b", "timestamp": 1750000000},
        },
    ],
    "actions/send-message.schema.json": [
        {
            "action": "send_message",
            "requestId": "req-t",
            "sessionId": SESSION,
            "message": "When does the last ferry leave?",
            "stream": True,
        },
        {
            "action": "send_message",
            "requestId": "req-t",
            "sessionId": SESSION,
            "message": "See?",
            "model": "m",
            "skill": "time_tables",
            "images": [
                {"url": "https://ferry.example/pier.jpg", "detail": "auto"},
                {"url": "data:image/png;base64,iVBORw0KGgo="},
            ],
            "files": [{"name": "ticket.txt", "url": "data:text/plain,x", "mimeType": "text/plain"}],
        },
    ],
    "actions/get-session.schema.json": [
        {"action": "get_session", "requestId": "req-g", "sessionId": SESSION}
    ],
    "actions/get-messages.schema.json": [
        {
            "action": "get_conversation_messages",
            "requestId": "req-m",
            "sessionId": SESSION,
            "limit": 100,
            "cursor": MESSAGE,
        },
        {"action": "get_conversation_messages", "sessionId": SESSION, "before": MESSAGE},
    ],
    "actions/confirm-tool-action.schema.json": [
        {
            "action": "confirm_tool_action",
            "requestId": "req-y",
            "sessionId": SESSION,
            "approved": False,
        }
    ],
    "actions/submit-interaction.schema.json": [
        {
            "action": "submit_interaction",
            "requestId": "req-s",
            "sessionId": SESSION,
            "interactionId": "card-1",
            "kind": "identity_intake",
            "values": {"name": "Noor"},
        },
        {
            "action": "submit_interaction",
            "requestId": "req-s",
            "sessionId": SESSION,
            "interactionId": "card-1",
            "declined": True,
        },
    ],
    "actions/verify-otp.schema.json": [
        {"action": "verify_otp", "requestId": "req-o", "sessionId": SESSION, "code": "002931"}
    ],
    "actions/cancel.schema.json": [
        {"action": "cancel", "requestId": "req-t", "sessionId": SESSION}
    ],
    "actions/ping.schema.json": [{"action": "ping", "requestId": "req-p"}],
}

OTHERS: list[tuple[str, Any]] = [
    ("actions/create-conversation-session.schema.json#/$defs/Response", OPENED),
    ("actions/create-conversation-session.schema.json#/$defs/Response", AGENTLESS),
    ("actions/get-session.schema.json#/$defs/Response", {**OPENED, "agentId": None}),
    (
        "actions/get-session.schema.json#/$defs/Response",
        {key: OPENED[key] for key in ("sessionId", "conversationId", "agentName")},
    ),
    (
        "actions/get-messages.schema.json#/$defs/Response",
        {
            "messages": [
                {
                    "id": MESSAGE,
                    "direction": "outbound",
                    "content": {"text": "At nine."},
                    "createdAt": "2026-02-03T04:05:06.789123+00:00",
                }
            ],
            "hasMore": False,
        },
    ),
    ("actions/send-message.schema.json#/$defs/Response", REPLY),
    ("actions/send-message.schema.json#/$defs/Response", CITED),
    (
        "actions/send-message.schema.json#/$defs/Response",
        {
            **REPLY,
            "directive": {
                "type": "send_file",
                "files": [{"name": "map.svg", "url": "data:image/svg+xml,x"}],
            },
        },
    ),
    ("events/eventual-response.schema.json", finished(REPLY)),
    ("events/eventual-response.schema.json", finished(CITED)),
    (
        "events/stream-chunk.schema.json",
        {
            "type": "stream_chunk",
            "requestId": "req-t",
            "node": "timetable",
            "data": {
                "requestId": "req-t",
                "node": "timetable",
                "done": True,
                "state": {
                    "rawResponse": {
                        "toolResult": {"name": "timetable", "isError": False, "result": "21:00"}
                    },
                    "structuredResponse": {"leaves": "21:00"},
                    "pendingWriteConfirmation": None,
                    "pendingOtpVerification": None,
                },
            },
        },
    ),
    (
        "events/stream-chunk.schema.json",
        {
            "type": "stream_chunk",
            "data": {
                "requestId": "req-t",
                "node": "timetable",
                "state": {
                    "rawResponse": {"toolCall": {"name": "timetable", "arguments": '{"pier":4}'}}
                },
            },
        },
    ),
    (
        "events/write-confirmation-required.schema.json",
        turn_event("write_confirmation_required", {"toolId": "book", "actionDescription": "Book?"}),
    ),
    (
        "events/otp-verification-required.schema.json",
        turn_event(
            "otp_verification_required",
            {
                "toolId": "tickets",
                "actionDescription": "Who are you?",
                "availableChannels": ["sms", "email"],
                "authLevel": "end_user",
            },
        ),
    ),
    (
        "events/otp-sent.schema.json",
        turn_event("otp_sent", {"channel": "sms", "maskedDestination": "+49*****78"}),
    ),
    ("events/otp-verified.schema.json", turn_event("otp_verified", {"message": "Fine."})),
    (
        "events/otp-invalid.schema.json",
        turn_event("otp_invalid", {"error": "EXPIRED", "attemptsRemaining": 0, "message": "Late."}),
    ),
    (
        "events/interaction-required.schema.json",
        turn_event(
            "interaction_required",
            {
                "interactionId": "card-1",
                "kind": "identity_intake",
                "reason": "to book",
                "spec": {"fields": [{"key": "name", "required": True}]},
            },
        ),
    ),
    (
        "events/interaction-invalid.schema.json",
        turn_event(
            "interaction_invalid",
            {
                "interactionId": "card-1",
                "kind": "identity_intake",
                "message": "Look again.",
                "errors": [{"field": "name", "message": "this field is required"}],
            },
        ),
    ),
    (
        "events/cancelled.schema.json",
        {"type": "cancelled", "requestId": "req-t", "data": {"requestId": "req-t", "status": 499}},
    ),
    (
        "events/error.schema.json",
        {"type": "error", "data": {"error": {"code": "AGENT_ERROR", "message": "Gave up."}}},
    ),
    ("events/pong.schema.json", {"type": "pong", "timestamp": 1750000000000}),
    ("interactions/identity-intake.schema.json#/$defs/Spec", {"fields": [{"key": "phone"}]}),
    ("interactions/identity-intake.schema.json#/$defs/Values", {"phone": "+31201234567"}),
    (
        "interactions/identity-intake.schema.json#/$defs/Payload",
        {"status": "submitted", "values": {"phone": "+31201234567"}},
    ),
    (
        "interactions/choices.schema.json#/$defs/Spec",
        {
            "questions": [
                {
                    "question": "Which pier?",
                    "header": "Pier",
                    "options": [{"label": "Four", "description": ""}, {"label": "Five"}],
                }
            ]
        },
    ),
    (
        "interactions/choices.schema.json#/$defs/Values",
        {"answers": [{"header": "Pier", "options": [], "other": "the small one"}]},
    ),
    ("interactions/choices.schema.json#/$defs/Payload", {"status": "declined", "message": "No."}),
]


@pytest.mark.parametrize("path", REQUESTS)
def test_a_published_request_is_taken_at_its_definition_and_at_its_file(path: str) -> None:
    for instance in REQUESTS[path]:
        DOCUMENTS.validator(f"{path}#/$defs/Request").validate(instance)
        DOCUMENTS.validator(path).validate(instance)
        DOCUMENTS.validator("envelope.schema.json").validate(instance)


@pytest.mark.parametrize(("ref", "instance"), OTHERS, ids=[ref for ref, _ in OTHERS])
def test_a_published_answer_is_taken(ref: str, instance: Any) -> None:
    DOCUMENTS.validator(ref).validate(instance)
    if ref.startswith("events/"):
        DOCUMENTS.validator("envelope.schema.json").validate(instance)


def test_published_paths_have_their_definitions() -> None:
    for path in REQUESTS:
        for name in ("Request", "Response"):
            assert DOCUMENTS.target("", f"{path}#/$defs/{name}") is not None
    for kind in ("identity-intake", "choices"):
        for name in ("Spec", "Values", "Payload"):
            assert DOCUMENTS.target("", f"interactions/{kind}.schema.json#/$defs/{name}")
