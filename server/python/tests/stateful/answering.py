"""Answering: confirm, submit and verify (decisions §4, wire facts §5.7 to §5.9)."""

from __future__ import annotations

from typing import Any

from . import frames
from .frames import Frame
from .state import Conn, Reply, Session, Turn
from .world import World, closure

REQUIRED = "this field is required"
SHAPE = ""
"""A message whose wording is the server's own."""
NOTHING = "provide at least one of name/email/phone, or declined=true"
EMAIL = "must be a valid email address"

CARDS: dict[str, list[tuple[Any, list[tuple[str, str]] | Frame]]] = {
    "identity_intake": [
        ({"email": "Pat@Example.ORG "}, {"email": "Pat@example.org"}),
        (
            {"email": "new@example.org", "name": " Pat "},
            {"name": "Pat", "email": "new@example.org"},
        ),
        (
            {"email": "new@example.org", "phone": "(415) 555-0123"},
            {"email": "new@example.org", "phone": "+14155550123"},
        ),
        ({"name": "Pat"}, [("email", REQUIRED)]),
        ({"email": "nope"}, [("email", EMAIL)]),
        ({}, [("values", NOTHING)]),
        ([], [("values", SHAPE)]),
    ],
    "choices": [
        (
            {"answers": [{"header": "Size", "options": ["L"]}]},
            {"answers": [{"header": "Size", "options": ["L"]}]},
        ),
        (
            {"answers": [{"header": " Size ", "other": " XL "}, {"header": "No"}]},
            {"answers": [{"header": "Size", "options": [], "other": "XL"}]},
        ),
        ({"answers": []}, [("Size", "this question must be answered")]),
        (
            {"answers": [{"header": "Size", "options": ["M"]}]},
            [("Size", "'M' is not one of the offered options")],
        ),
        (
            {"answers": [{"header": "Size", "options": ["S", "L"]}]},
            [("Size", "this question takes a single answer")],
        ),
        ("S", [("values", SHAPE)]),
    ],
}
"""What may be filled in, and what comes of it: the canonical values or the field errors."""


class Answering:
    """Each answer leaves before what it sets free."""

    def __init__(self, world: World) -> None:
        self._world = world

    def confirm(
        self, conn: Conn, rid: Any, session: Session | None, approved: bool, seq: int | None
    ) -> bool:
        turn = self._parked(session, "confirmation")
        if session is None or turn is None or turn.park is None:
            return False
        event = turn.park.event
        place = event.seq or turn.conversation.log.index(event) + 1
        if seq is not None and seq != place:
            return False
        word = "approved" if approved else "rejected"
        data = {"sessionId": session.id, "approved": approved}
        reply = self._world.reply(conn, frames.ack(rid, f"Tool action {word}", data))
        self._resolve(turn, word, reply)
        return True

    def submit(self, conn: Conn, rid: Any, session: Session | None, frame: Frame) -> str | None:
        turn = self._parked(session, "interaction")
        if session is None or turn is None or turn.park is None:
            return "NO_PENDING_INTERACTION"
        park, kind, values = turn.park, frame.get("kind"), frame.get("values")
        assert park.interaction is not None
        assert park.card is not None
        if frame["interactionId"] != park.interaction.value:
            return "INTERACTION_MISMATCH"
        if isinstance(kind, str) and kind != park.card:
            return "INTERACTION_MISMATCH"
        data: Frame = {"sessionId": session.id, "interactionId": park.interaction}
        if frame.get("declined") is True:
            declined = frames.ack(rid, "Interaction declined", {**data, "declined": True})
            self._resolve(turn, "declined", self._world.reply(conn, declined))
            return None
        if values is None:
            return "VALIDATION_ERROR"
        verdict = next(end for given, end in CARDS[park.card] if given == values)
        if isinstance(verdict, list):
            told = frames.interaction_invalid(rid, park.interaction.value, park.card, verdict)
            self._world.reply(conn, told)
            return None
        data.update(kind=park.card, values=verdict)
        reply = self._world.reply(conn, frames.ack(rid, "Interaction submitted", data))
        if "email" in verdict:
            self._world.set_email(turn.conversation, verdict["email"])
            turn.conversation.phone = verdict.get("phone", turn.conversation.phone)
        self._resolve(turn, "submitted", reply)
        return None

    def verify(self, conn: Conn, rid: Any, session: Session | None, given: str) -> None:
        if session is None:
            self._world.reply(conn, frames.otp_invalid(rid, "NOT_FOUND", 0))
            return
        conversation = session.conversation
        code = conversation.code
        if code is None or code.destination not in (conversation.email, conversation.phone):
            conversation.code = None
            self._world.reply(conn, frames.otp_invalid(rid, "NOT_FOUND", 0))
            return
        if given == self._world.post.sent[code.index][2]:
            conversation.code = None
            conversation.verified = code.destination
            self._over(conn, conversation.turn, "verified", frames.otp_verified(rid))
            return
        code.remaining -= 1
        if code.remaining:
            wrong = frames.otp_invalid(rid, "INVALID_CODE", code.remaining)
            self._world.reply(conn, wrong)
        else:
            conversation.code = None
            last = frames.otp_invalid(rid, "MAX_ATTEMPTS", 0)
            self._over(conn, conversation.turn, "failed", last)

    def _over(self, conn: Conn, turn: Turn | None, outcome: str, frame: Frame) -> None:
        reply = self._world.reply(conn, frame)
        if turn is not None and turn.park is not None and turn.park.kind == "otp":
            self._resolve(turn, outcome, reply)

    def _parked(self, session: Session | None, kind: str) -> Turn | None:
        turn = session.conversation.turn if session is not None else None
        if turn is None or turn.park is None or turn.park.kind != kind:
            return None
        return turn

    def _resolve(self, turn: Turn, outcome: str, reply: Reply) -> None:
        park = turn.park
        assert park is not None
        before = closure([event for event in turn.conversation.log if event.turn is turn])
        after = self._world.close_park(turn, outcome, before | {reply})
        turn.calls.resolved(park, outcome, after)
