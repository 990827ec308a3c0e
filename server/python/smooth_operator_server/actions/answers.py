"""Answers: what a person says to a turn that waits: approve, fill in, type a code."""

from __future__ import annotations

from typing import Any

from smooth_operator.protocol import encode, prompts
from smooth_operator.protocol.codes import ErrorCode
from smooth_operator.protocol.models import (
    ConfirmToolActionRequest,
    SubmitInteractionRequest,
    VerifyOtpRequest,
)

from smooth_operator_server.actions.client import Client, Refusal
from smooth_operator_server.actions.scope import readable_session
from smooth_operator_server.interactions.base import InteractionKind, Refused
from smooth_operator_server.interactions.reading import wrong_shape
from smooth_operator_server.otp.ledger import Rejected
from smooth_operator_server.storage.records import Contact, Session
from smooth_operator_server.turns.live import LiveConversation
from smooth_operator_server.turns.parks import OpenPark, ParkKind
from smooth_operator_server.turns.runner import TurnRunner
from smooth_operator_server.turns.services import Services
from smooth_operator_server.turns.texts import fitting, overfills
from smooth_operator_server.turns.turn import now_ms

OTP_MESSAGES = {
    "INVALID_CODE": prompts.OTP_INVALID_CODE,
    "MAX_ATTEMPTS": prompts.OTP_MAX_ATTEMPTS,
    "NOT_FOUND": prompts.OTP_NOT_FOUND,
    "EXPIRED": prompts.OTP_EXPIRED,
}


class Answers:
    """`confirm_tool_action`, `submit_interaction`, `verify_otp`.

    The acknowledgement always leaves before the turn is woken (decisions 4.1).
    """

    def __init__(self, services: Services, runner: TurnRunner) -> None:
        self._services = services
        self._runner = runner

    async def confirm(self, client: Client, request: ConfirmToolActionRequest) -> None:
        nothing = Refusal(ErrorCode.NO_PENDING_CONFIRMATION, prompts.ERROR_NO_PENDING_CONFIRMATION)
        session, opened = await self._pending(client, request.session_id, "confirmation", nothing)
        if request.park_seq is not None and request.park_seq != opened.park.seq:
            raise nothing
        outcome = "Tool action approved" if request.approved else "Tool action rejected"
        data = {"sessionId": session.id, "approved": request.approved}
        client.ack(request.request_id, outcome, data)
        opened.resolve("approved" if request.approved else "rejected")

    async def submit(self, client: Client, request: SubmitInteractionRequest) -> None:
        nothing = Refusal(ErrorCode.NO_PENDING_INTERACTION, prompts.ERROR_NO_PENDING_INTERACTION)
        session, opened = await self._pending(client, request.session_id, "interaction", nothing)
        park = opened.park
        if request.interaction_id != park.id or request.kind not in (None, park.interaction):
            raise Refusal(ErrorCode.INTERACTION_MISMATCH, prompts.ERROR_INTERACTION_MISMATCH)
        data: dict[str, Any] = {"sessionId": session.id, "interactionId": park.id}
        if request.declined is True:
            client.ack(request.request_id, "Interaction declined", {**data, "declined": True})
            opened.resolve("declined")
            return
        values = request.values
        if values is None:
            raise Refusal(ErrorCode.VALIDATION_ERROR, prompts.error_field_required(field="values"))
        kind = self._kind(park.interaction)
        verdict = wrong_shape() if overfills(values) else kind.validate(values, park.spec)
        if isinstance(verdict, Refused):
            self._invalid(client, request, park.id, kind.name, verdict)
            return
        data.update(kind=kind.name, values=verdict.values)
        client.ack(request.request_id, "Interaction submitted", data)
        opened.resolve("submitted", {"values": verdict.values, "contact": verdict.contact})

    async def verify(self, client: Client, request: VerifyOtpRequest) -> None:
        found = await readable_session(self._services, client, request.session_id)
        if found is None:
            self._otp_invalid(client, request, "NOT_FOUND", 0)
            return
        conversation = found[1]
        live, contact = self._services.live.get(conversation.id), conversation.contact
        ledger = self._runner.codes(live)
        verdict = ledger.verify(request.code, known=(contact.email, contact.phone))
        if isinstance(verdict, Rejected):
            self._otp_invalid(client, request, verdict.error, verdict.remaining)
            if verdict.remaining == 0 and verdict.error != "NOT_FOUND":
                _resolve_otp(live, "failed")
            return
        verified = Contact(
            email=verdict.destination if verdict.channel == "email" else None,
            phone=verdict.destination if verdict.channel == "sms" else None,
        )
        try:
            await self._services.storage.set_verified(live.id, verified)
        except BaseException:
            ledger.give_back()
            raise
        client.reply(
            encode.otp_verified(
                request_id=request.request_id, message=prompts.OTP_VERIFIED, timestamp=now_ms()
            )
        )
        _resolve_otp(live, "verified")

    async def _pending(
        self, client: Client, session_id: str, kind: ParkKind, nothing: Refusal
    ) -> tuple[Session, OpenPark]:
        """The open park of that kind; an unreadable session looks like none (decisions 2.2)."""
        found = await readable_session(self._services, client, session_id)
        if found is None:
            raise nothing
        session, conversation = found
        opened = self._services.live.get(conversation.id).park
        if opened is None or opened.park.kind != kind:
            raise nothing
        return session, opened

    def _kind(self, name: str | None) -> InteractionKind:
        return next(kind for kind in self._services.kinds if kind.name == name)

    def _invalid(
        self,
        client: Client,
        request: SubmitInteractionRequest,
        interaction_id: str,
        kind: str,
        refused: Refused,
    ) -> None:
        errors = [
            {"field": problem.field, "message": problem.message} for problem in refused.problems
        ]
        client.reply(
            encode.interaction_invalid(
                request_id=request.request_id,
                interaction_id=interaction_id,
                kind=kind,
                errors=fitting(errors),
                message=prompts.INTERACTION_INVALID,
                timestamp=now_ms(),
            )
        )

    def _otp_invalid(
        self, client: Client, request: VerifyOtpRequest, error: str, remaining: int
    ) -> None:
        client.reply(
            encode.otp_invalid(
                request_id=request.request_id,
                error=error,
                attempts_remaining=remaining,
                message=OTP_MESSAGES[error],
                timestamp=now_ms(),
            )
        )


def _resolve_otp(live: LiveConversation, outcome: Any) -> None:
    if live.park is not None and live.park.park.kind == "otp":
        live.park.resolve(outcome)
