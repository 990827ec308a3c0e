"""Frames: what each answer and event must look like, to the key."""

from __future__ import annotations

from typing import Any

from .matching import MS, STRING, TEXT, Cell, Is

Frame = dict[str, Any]
MASKED = Is("masked", lambda value: isinstance(value, str) and value[1:4] == "***")


def _named(frame: Frame, request_id: Any) -> Frame:
    return frame if request_id is None else {**frame, "requestId": request_id}


def ack(request_id: Any, message: str, data: Frame, status: int = 200) -> Frame:
    frame = {
        "type": "immediate_response",
        "status": status,
        "message": message,
        "data": data,
        "timestamp": MS,
    }
    return _named(frame, request_id)


def accepted(request_id: Any, **data: Any) -> Frame:
    return ack(request_id, "Processing your request...", data, 202)


def error(request_id: Any, code: str) -> Frame:
    told = {"code": code, "message": TEXT}
    frame = {"type": "error", "error": told, "timestamp": MS}
    return _named({**frame, "data": _named({"error": told}, request_id)}, request_id)


def pong(request_id: Any) -> Frame:
    return _named({"type": "pong", "data": {"timestamp": MS}, "timestamp": MS}, request_id)


def _turn(type: str, rid: Cell, data: Frame, **more: Any) -> Frame:
    return {
        "type": type,
        "requestId": rid,
        "data": {"requestId": rid, **data},
        "timestamp": MS,
        **more,
    }


def token(rid: Cell, type: str, text: str) -> Frame:
    return _turn(type, rid, {"token": text}, token=text)


def turn_started(
    rid: Cell, session: Any, conversation: Any, epoch: Cell, message: Cell, key: str | None
) -> Frame:
    data = {
        "sessionId": session,
        "conversationId": conversation,
        "epoch": epoch,
        "messageId": message,
    }
    return _turn("turn_started", rid, data if key is None else {**data, "clientMessageId": key})


def chunk(rid: Cell, node: str, response: Frame) -> Frame:
    return _turn("stream_chunk", rid, {"node": node, "state": {"rawResponse": response}}, node=node)


def tool_call(rid: Cell, call: Cell, node: str, arguments: Any) -> Frame:
    return chunk(rid, node, {"toolCall": {"id": call, "name": node, "arguments": arguments}})


def tool_result(rid: Cell, call: Cell, node: str, result: Any, is_error: bool) -> Frame:
    told = {"id": call, "name": node, "isError": is_error, "result": result}
    return chunk(rid, node, {"toolResult": told})


def confirmation(rid: Cell, tool: str) -> Frame:
    data = {"data": {"toolId": tool, "actionDescription": TEXT}}
    return _turn("write_confirmation_required", rid, data)


def card(rid: Cell, interaction: Cell, kind: str, spec: Frame) -> Frame:
    data = {"interactionId": interaction, "kind": kind, "spec": spec, "reason": TEXT}
    return _turn("interaction_required", rid, {"data": data})


def otp_required(rid: Cell, tool: str, channels: list[str]) -> Frame:
    data = {
        "toolId": tool,
        "actionDescription": TEXT,
        "availableChannels": channels,
        "authLevel": "end_user",
    }
    return _turn("otp_verification_required", rid, {"data": data})


def otp_sent(rid: Cell, channel: str) -> Frame:
    data = {"channel": channel, "maskedDestination": MASKED}
    return _turn("otp_sent", rid, {"data": data})


def park_resolved(rid: Cell, park_seq: Any, outcome: str) -> Frame:
    return _turn("park_resolved", rid, {"parkSeq": park_seq, "outcome": outcome})


def cancelled(rid: Cell) -> Frame:
    return _turn("cancelled", rid, {"status": 499}, status=499)


def failed(rid: Cell, code: str) -> Frame:
    return error(rid, code)


def answer(rid: Cell, message: Cell, text: str, usage: Frame) -> Frame:
    response = {
        "responseParts": [text],
        "customerHappinessScore": 0.5,
        "needsSatisfactionScore": 0.5,
        "requestSummary": "",
        "resolutionStatus": "in_progress",
        "suggestedNextActions": [],
    }
    data = {"messageId": message, "response": response, "needsEscalation": False, "usage": usage}
    return _turn("eventual_response", rid, {"status": 200, "data": data}, status=200)


def _own(type: str, request_id: Any, data: Frame) -> Frame:
    """An answer of the OTP and card family: the id, if any, at both levels."""
    frame = {"type": type, "data": _named({"data": data}, request_id), "timestamp": MS}
    return _named(frame, request_id)


def otp_verified(request_id: Any) -> Frame:
    return _own("otp_verified", request_id, {"message": TEXT})


def otp_invalid(request_id: Any, problem: str, remaining: int) -> Frame:
    data = {"error": problem, "attemptsRemaining": remaining, "message": TEXT}
    return _own("otp_invalid", request_id, data)


def interaction_invalid(
    request_id: Any, interaction: str, kind: str, errors: list[tuple[str, str]]
) -> Frame:
    told = [{"field": field, "message": message or STRING} for field, message in errors]
    data = {"interactionId": interaction, "kind": kind, "errors": told, "message": TEXT}
    return _own("interaction_invalid", request_id, data)
