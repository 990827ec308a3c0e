"""Choosing: from small random numbers to frames that fit, or nearly fit, the world as it is."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from .acting import Acting
from .answering import CARDS
from .frames import Frame
from .plans import Plan
from .state import Conn, Conversation, Park, Session, Turn
from .world import World

Numbers = tuple[int, int, int, int]
"""Four numbers from 0 to 11. What they choose is up to each builder."""

BAD_FRAMES: tuple[str | bytes, ...] = (
    "{nope",
    "[]",
    '"ping"',
    '{"requestId": "b"}',
    '{"action": 7, "requestId": "b"}',
    '{"action": "dance", "requestId": "b"}',
    '{"action": null}',
    b"ping",
    '{"action": "ping", "requestId": "' + "x" * 129 + '"}',
    '{"action": "send_message", "sessionId": "x"}',
    '{"action": "ping", "requestId": "' + "x" * 4096 + '"}',
    '{"action": "ping", "requestId": "' + "x" * 4097 + '"}',
    '{"action": "ping", "requestId": "n", "more": ' + "[" * 63 + "]" * 63 + "}",
    '{"action": "ping", "requestId": "n", "more": ' + "[" * 64 + "]" * 64 + "}",
    '{"action": "ping", "requestId": 7, "requestId": "last", "more": {}}',
)
SUPPORTS: tuple[Any, ...] = (
    ["identity_form", "choice_chips"],
    None,
    ["identity_form", "choice_chips", 7],
    ["choice_chips"],
    [],
    "identity_form",
)


class Choosing:
    """Builds frames. Returns None where the world has nothing to act on."""

    def __init__(
        self, world: World, acting: Acting, plans: dict[str, Any], theme: tuple[Plan, ...]
    ) -> None:
        self._theme = theme
        self._world = world
        self._acting = acting
        self._plans = plans
        self._sent = 0
        self._ids = 0

    # Parts.

    def conn(self, number: int) -> Conn:
        return self._world.conns[number % len(self._world.conns)]

    def request_id(self, number: int, conn: Conn | None = None) -> Any:
        """Mostly a fresh id; rarely none, no string, or that of the running turn."""
        if number == 11:
            return None
        if number == 10:
            return 7
        if number == 9 and conn is not None and conn.turn is not None:
            return conn.turn.rid.value
        self._ids += 1
        return f"r{self._ids}"

    def session_id(self, number: int, oddity: int) -> Any:
        """A session's id; from 8 on in another spelling, unknown or none."""
        held = self._world.sessions[number % len(self._world.sessions)].id.value
        odd = {8: held.upper(), 9: str(uuid4()), 10: "nope", 11: None}
        return odd.get(oddity, held)

    def parked(self, kind: str) -> list[tuple[Turn, Park]]:
        turns = [turn for turn in self._world.turns if turn.park is not None]
        return [(turn, turn.park) for turn in turns if turn.park and turn.park.kind == kind]

    def session_at(self, conversation: Conversation, number: int) -> Session:
        return conversation.sessions[number % len(conversation.sessions)]

    # Frames.

    def create(self, n: Numbers) -> Frame:
        frame: Frame = {"action": "create_conversation_session", "agentId": "desk"}
        frame["requestId"] = self.request_id(n[3])
        frame["supports"] = SUPPORTS[n[1] % len(SUPPORTS)]
        if n[2] < 7:
            frame["userEmail"] = f"u{n[2] % 2}@example.org"
        held = self._world.conversations
        if n[0] > 5 and held:
            frame["conversationId"] = held[n[0] % len(held)].id.value
        if n[0] == 5:
            frame["conversationId"] = str(uuid4())
        if n[2] == 11:
            frame["agentId"] = " "
        return frame

    def send(self, n: Numbers, conn: Conn) -> Frame:
        frame = {
            "action": "send_message",
            "requestId": self.request_id(n[3], conn),
            "sessionId": self.session_id(n[0], n[2] if n[3] in (0, 11) else 0),
            "message": self._text(n[1]),
        }
        session = self._world.session_of(conn, frame["sessionId"])
        known = session.conversation.known if session is not None else {}
        if n[3] in (1, 2):
            frame["clientMessageId"] = f"k{self._sent}"
        elif n[3] in (3, 4, 5) and known:
            key = list(known)[n[1] % len(known)]
            frame["clientMessageId"] = key
            frame["message"], frame["stream"] = known[key].body
            if n[3] == 5:
                frame["message"] = self._text(n[1])
        elif n[3] == 6:
            frame["stream"] = False
        elif n[3] == 7 and n[2] > 4:
            frame["skill"] = "none"
        elif n[3] == 8 and n[2] > 4:
            frame["message"] = " "
        return frame

    def _text(self, number: int) -> str:
        self._sent += 1
        text = f"{self._world.nonce} t{self._sent}" + ("  " if number == 11 else "")
        self._plans[text] = self._theme[(number + self._sent) % len(self._theme)]
        return text

    def confirm(self, n: Numbers) -> Frame:
        frame: Frame = {"action": "confirm_tool_action", "approved": n[2] % 3 != 0}
        frame["requestId"] = self.request_id(n[3])
        parked = self.parked("confirmation")
        if parked and n[1] < 10:
            turn, park = parked[n[0] % len(parked)]
            frame["sessionId"] = self.session_at(turn.conversation, n[1]).id.value
            seq = turn.conversation.log.index(park.event) + 1
            frame["parkSeq"] = {1: seq, 2: seq, 3: seq + 1}.get(n[3])
        else:
            frame["sessionId"] = self.session_id(n[0], n[1])
        if n[2] == 11:
            frame["approved"] = "yes"
        return frame

    def submit(self, n: Numbers) -> Frame:
        frame: Frame = {"action": "submit_interaction", "requestId": self.request_id(n[3])}
        frame["sessionId"] = self.session_id(n[0], n[1])
        frame["interactionId"] = "11111111-1111-1111-1111-111111111111"
        frame["values"] = {}
        parked = self.parked("interaction")
        if not parked or n[1] == 11:
            return frame
        turn, park = parked[n[0] % len(parked)]
        assert park.interaction is not None
        assert park.card is not None
        frame["sessionId"] = self.session_at(turn.conversation, n[1]).id.value
        if n[3] != 8 and park.interaction.value is not None:
            frame["interactionId"] = park.interaction.value
        frame["kind"] = {1: park.card, 2: "horoscope", 3: 7}.get(n[3])
        cards = CARDS[park.card]
        frame["values"] = cards[n[2] % len(cards)][0] if n[2] < 11 else None
        frame["declined"] = {4: True, 5: False, 6: "true"}.get(n[3])
        return frame

    def verify(self, n: Numbers) -> Frame:
        frame: Frame = {"action": "verify_otp", "requestId": self.request_id(n[3])}
        frame["sessionId"] = self.session_id(n[0], n[1])
        frame["code"] = "no code"
        pending = [one for one in self._world.conversations if one.code is not None]
        if pending and n[1] < 10:
            conversation = pending[n[0] % len(pending)]
            frame["sessionId"] = self.session_at(conversation, n[1]).id.value
            if n[2] < 5 and conversation.code is not None:
                frame["code"] = self._world.post.sent[conversation.code.index][2]
        elif self._world.post.sent and n[2] < 9:
            frame["code"] = self._world.post.sent[-1][2]
        if n[3] == 0:
            frame["code"] = 123456
        return frame

    def cancel(self, n: Numbers, conn: Conn) -> Frame:
        over = [turn for turn in self._world.turns if turn.over]
        running = [turn for turn in self._world.turns if not turn.over]
        frame: Frame = {"action": "cancel"}
        if n[1] < 6:
            frame["requestId"] = conn.turn.rid.value if conn.turn else f"none{n[1]}"
        elif n[1] < 8 and over:
            frame["requestId"] = over[n[2] % len(over)].rid.value
        elif n[1] == 8 and running:
            frame["requestId"] = running[n[2] % len(running)].rid.value
        if n[2] < 8:
            turns = running or over
            if turns and n[2] < 4:
                conversation = turns[n[3] % len(turns)].conversation
                frame["sessionId"] = self.session_at(conversation, n[0]).id.value
            elif n[2] > 5:
                frame["sessionId"] = self.session_id(n[3], n[0])
        return frame

    def resume(self, n: Numbers) -> Frame:
        frame: Frame = {"action": "resume_stream", "requestId": self.request_id(n[3])}
        frame["sessionId"] = self.session_id(n[0], n[3] if n[1] == 0 else 0)
        session = self._world.sessions[n[0] % len(self._world.sessions)]
        last = len(session.conversation.log)
        first = session.conversation.kept_from
        places = (0, last, max(0, last - 1), max(0, last - 3), max(0, first - 1), first, last + 2)
        if n[1] < 9:
            frame["afterSeq"] = places[n[1] % len(places)]
        if n[2] < 6:
            frame["epoch"] = session.conversation.epoch.value
        if n[2] == 11:
            frame["epoch"] = "another"
        return frame

    def read(self, n: Numbers) -> Frame:
        """Lists, messages, sessions and names."""
        kind = ("get_conversation_messages", "list_conversations", "get_session")[n[0] % 3]
        frame: Frame = {"action": kind, "requestId": self.request_id(n[3])}
        if kind == "list_conversations":
            frame["query"] = (self._world.nonce, f" {self._world.nonce.upper()} T1 ")[n[1] % 2]
        else:
            frame["sessionId"] = self.session_id(n[1], n[2])
        if kind != "get_session":
            frame["limit"] = (1, 2, None, 0, "2", 200)[n[2] % 6]
            cursors = [one for one in self._acting.cursors() if one.cell.value is not None]
            if cursors and n[2] < 6:
                frame["cursor"] = cursors[n[1] % len(cursors)].cell.value
            elif n[2] == 6:
                frame["cursor"] = "made up"
        return frame

    def rename(self, n: Numbers) -> Frame:
        held = self._world.conversations
        conversation = held[n[0] % len(held)].id.value if n[1] < 10 else str(uuid4())
        title = f"{self._world.nonce} name {n[2]}" if n[2] < 10 else "  "
        return {
            "action": "rename_conversation",
            "requestId": self.request_id(n[3]),
            "conversationId": conversation,
            "title": title,
        }
