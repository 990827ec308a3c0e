"""One-time codes in a turn: the parked order, and the published order after the reply."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable

from smooth_operator.protocol import encode, prompts
from smooth_operator.protocol.codes import EventType

from smooth_operator_server.logs import log
from smooth_operator_server.otp.base import OtpNotSent, OtpService
from smooth_operator_server.otp.ledger import CodeLedger
from smooth_operator_server.storage.base import StorageAdapter
from smooth_operator_server.storage.records import Contact
from smooth_operator_server.turns.live import LiveConversation
from smooth_operator_server.turns.parks import Park
from smooth_operator_server.turns.texts import cut_json
from smooth_operator_server.turns.turn import Turn, now_ms

CODE_DIGITS = 6
SEND_SECONDS = 10.0


def channels(contact: Contact) -> list[str]:
    """Where a code can go, the preferred one first."""
    found = []
    if contact.email:
        found.append("email")
    if contact.phone:
        found.append("sms")
    return found


def masked(channel: str, destination: str) -> str:
    """Enough of an address to recognise it."""
    if channel == "email":
        local, _, domain = destination.partition("@")
        return f"{local[:1]}***@{cut_json(domain)}"
    return f"***{destination[-2:]}"


class OtpGate:
    """One turn's OTP sequence: at most one (decisions 4.4)."""

    def __init__(
        self,
        *,
        service: OtpService,
        storage: StorageAdapter,
        codes: Callable[[LiveConversation], CodeLedger],
        draining: Callable[[], bool],
    ) -> None:
        self._service = service
        self._storage = storage
        self._codes = codes
        self._draining = draining
        self._used = False
        self.owed: str | None = None
        """The first tool that was refused for want of a code, in the published order."""

    async def pass_through(self, turn: Turn, tool: str, announce: Callable[[], None]) -> str | None:
        """Park until the visitor is verified. None: go on; else what the model reads instead."""
        if await self._verified(turn):
            return None
        if self._used or self._draining():
            announce()
            return prompts.otp_refused(tool=tool)
        self._used = True
        contact = await self._send(turn)
        if contact is None:
            announce()
            return prompts.otp_unavailable(tool=tool)
        if self._draining():
            announce()
            return prompts.otp_refused(tool=tool)
        opened = turn.open_park(
            Park("otp"), EventType.OTP_VERIFICATION_REQUIRED, self._required(turn, tool, contact)
        )
        announce()
        turn.publish(EventType.OTP_SENT, self._sent(turn, contact))
        park = await opened.wait()
        return None if park.outcome == "verified" else prompts.otp_refused(tool=tool)

    async def ask_afterwards(self, turn: Turn) -> None:
        """The published order: after the reply is stored, before it is sent."""
        if self.owed is None or self._draining():
            return
        contact = await self._send(turn)
        if contact is None:
            return
        frame = self._required(turn, self.owed, contact)
        turn.publish(EventType.OTP_VERIFICATION_REQUIRED, frame)
        turn.publish(EventType.OTP_SENT, self._sent(turn, contact))

    async def _verified(self, turn: Turn) -> bool:
        conversation = await self._storage.conversation(turn.live.id)
        if conversation is None:
            return False
        return bool(conversation.verified.email or conversation.verified.phone)

    async def _send(self, turn: Turn) -> Contact | None:
        """Send a code to the known contact; None when it cannot be done."""
        conversation = await self._storage.conversation(turn.live.id)
        if conversation is None or not channels(conversation.contact):
            return None
        contact = conversation.contact
        ledger = self._codes(turn.live)
        if not ledger.may_send():
            return None
        channel = channels(contact)[0]
        destination = (contact.email if channel == "email" else contact.phone) or ""
        code = "".join(secrets.choice("0123456789") for _ in range(CODE_DIGITS))
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await self._service.send(
                    session_id=turn.session.id,
                    channel=channel,
                    destination=destination,
                    code=code,
                )
        except Exception as error:
            # An application's own service may raise anything. Its text may quote the code.
            log(
                "otp_not_sent",
                f"a code could not be delivered: {type(error).__name__}",
                request_id=turn.request_id,
                level=logging.WARNING
                if isinstance(error, OtpNotSent | TimeoutError)
                else logging.ERROR,
            )
            return None
        ledger.sent(code, channel=channel, destination=destination)
        return contact

    def _required(self, turn: Turn, tool: str, contact: Contact) -> dict[str, object]:
        return encode.otp_verification_required(
            request_id=turn.request_id,
            tool_id=tool,
            action_description=prompts.otp_prompt(tool=tool),
            available_channels=channels(contact),
            auth_level="end_user",
            timestamp=now_ms(),
        )

    def _sent(self, turn: Turn, contact: Contact) -> dict[str, object]:
        channel = channels(contact)[0]
        destination = (contact.email if channel == "email" else contact.phone) or ""
        return encode.otp_sent(
            request_id=turn.request_id,
            channel=channel,
            masked_destination=masked(channel, destination),
            timestamp=now_ms(),
        )
