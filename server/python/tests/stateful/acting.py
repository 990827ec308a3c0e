"""Acting: what each frame must be answered with, from decisions 1 to 6; nothing of the server."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from . import frames, turning
from .answering import Answering
from .frames import Frame
from .lists import Cursor, Lists
from .matching import fixed, uuid_cell
from .state import Conn, Conversation, Known, Owed, Session, Turn
from .streams import Streams
from .world import World, rid_cell

AGENT_NAME = "Desk"
AGENT_ID = "7c1d2e3f-1111-4222-8333-944445555603"
LONGEST_ID = 128
LONGEST_ECHO = 4096
DEEPEST = 64


class Bad(Exception):
    """The frame is answered by an error."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def text_of(frame: Frame, field: str) -> str:
    """A required string."""
    value = frame.get(field)
    if not isinstance(value, str):
        raise Bad("VALIDATION_ERROR")
    return value


class Acting:
    """Applies one frame to the world and says what must come back."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._lists = Lists(world)
        self._answers = Answering(world)
        self._streams = Streams(world)
        self._handlers: dict[str, Callable[[Conn, Frame, Any], None]] = {
            "ping": self._ping,
            "hello": self._late_hello,
            "authenticate": self._authenticate,
            "create_conversation_session": self._create,
            "get_session": self._get,
            "send_message": self._send,
            "get_conversation_messages": self._with_session(self._lists.messages),
            "list_conversations": self._lists.conversations,
            "rename_conversation": self._rename,
            "confirm_tool_action": self._confirm,
            "submit_interaction": self._submit,
            "verify_otp": self._verify,
            "cancel": self._streams.cancel,
            "resume_stream": self._resume,
        }

    def cursors(self) -> list[Cursor]:
        """Those that were issued so far."""
        return self._lists.cursors

    def frame(self, conn: Conn, given: Frame | str | bytes) -> None:
        """One frame, as it goes over the wire."""
        try:
            self._decoded(conn, given)
        except Bad as bad:
            self.world.refuse(conn, None, bad.code)

    def _decoded(self, conn: Conn, given: Frame | str | bytes) -> None:
        if isinstance(given, bytes):
            raise Bad("VALIDATION_ERROR")
        if isinstance(given, str):
            try:
                given = json.loads(given)
            except ValueError:
                raise Bad("VALIDATION_ERROR") from None
        if not isinstance(given, dict) or depth(given) > DEEPEST:
            raise Bad("VALIDATION_ERROR")
        rid = given.get("requestId")
        rid = rid if isinstance(rid, str) and rid else None
        try:
            if rid is not None and len(rid) > LONGEST_ID:
                raise Bad("VALIDATION_ERROR")
            action = text_of(given, "action")
            if action not in self._handlers:
                raise Bad("UNSUPPORTED_ACTION")
            self._handlers[action](conn, given, rid)
        except Bad as bad:
            running = conn.turn.rid.value if conn.turn else None
            if bad.code == "TURN_IN_PROGRESS" and rid == running:
                rid = None
            if rid is not None and len(rid) > LONGEST_ECHO:
                rid = None
            self.world.refuse(conn, rid, bad.code)

    def _need_session(self, conn: Conn, frame: Frame) -> Session:
        session = self.world.session_of(conn, text_of(frame, "sessionId"))
        if session is None:
            raise Bad("SESSION_NOT_FOUND")
        return session

    # Small ones.

    def _ping(self, conn: Conn, frame: Frame, rid: Any) -> None:
        self.world.reply(conn, frames.pong(rid))

    def _late_hello(self, conn: Conn, frame: Frame, rid: Any) -> None:
        raise Bad("VALIDATION_ERROR")

    def _authenticate(self, conn: Conn, frame: Frame, rid: Any) -> None:
        token = text_of(frame, "token")
        if conn.sub is None or token != f"good-{conn.name}":
            raise Bad("UNAUTHENTICATED")

    def _with_session(
        self, act: Callable[[Conn, Frame, Any, Session], bool]
    ) -> Callable[[Conn, Frame, Any], None]:
        def handle(conn: Conn, frame: Frame, rid: Any) -> None:
            if not act(conn, frame, rid, self._need_session(conn, frame)):
                raise Bad("VALIDATION_ERROR")

        return handle

    def _rename(self, conn: Conn, frame: Frame, rid: Any) -> None:
        given, title = text_of(frame, "conversationId"), text_of(frame, "title")
        if not title.strip():
            raise Bad("VALIDATION_ERROR")
        conversation = self._readable(conn, given)
        if conversation is None:
            raise Bad("CONVERSATION_NOT_FOUND")
        conversation.name = title
        data = {"conversationId": conversation.id, "title": title}
        self.world.reply(conn, frames.ack(rid, "Conversation renamed", data))

    # Sessions.

    def _readable(self, conn: Conn, given: Any) -> Conversation | None:
        for conversation in self.world.conversations:
            same = isinstance(given, str) and conversation.id.value == given.lower()
            if same and self.world.may_read(conn, conversation):
                return conversation
        return None

    def _create(self, conn: Conn, frame: Frame, rid: Any) -> None:
        if not text_of(frame, "agentId").strip():
            raise Bad("VALIDATION_ERROR")
        world, supports = self.world, frame.get("supports")
        conversation = self._readable(conn, frame.get("conversationId"))
        if conversation is None:
            org = conn.org if conn.org is not None else "reference-org"
            owner = conn.sub if world.scoped else None
            cells = uuid_cell("conversation"), fixed_later("epoch")
            conversation = Conversation(*cells, org, owner)
            world.conversations.append(conversation)
        if isinstance(supports, list):
            conversation.supports = tuple(one for one in supports if isinstance(one, str))
        email = frame.get("userEmail")
        if not world.scoped and isinstance(email, str) and email.strip():
            world.set_email(conversation, email.strip())
        session = Session(
            uuid_cell("session"),
            conversation,
            conversation.supports,
            uuid_cell("user"),
            uuid_cell("agent"),
        )
        world.sessions.append(session)
        conversation.sessions.append(session)
        world.reply(conn, frames.ack(rid, "Session created", six(session)))
        conn.subscribe(conversation)

    def _get(self, conn: Conn, frame: Frame, rid: Any) -> None:
        session = self._need_session(conn, frame)
        data = {**six(session), "threadId": session.conversation.id, "status": "active"}
        self.world.reply(conn, frames.ack(rid, "Session", data))

    # Sending (decisions 1.10, 3.1, 6.5).

    def _send(self, conn: Conn, frame: Frame, rid: Any) -> None:
        session_id, message = text_of(frame, "sessionId"), text_of(frame, "message")
        key = frame.get("clientMessageId")
        if key is not None and not (isinstance(key, str) and 1 <= len(key) <= LONGEST_ID):
            raise Bad("VALIDATION_ERROR")
        if not message.strip():
            raise Bad("VALIDATION_ERROR")
        session = self.world.session_of(conn, session_id)
        if session is None:
            raise Bad("SESSION_NOT_FOUND")
        conversation = session.conversation
        body = (message, frame.get("stream") is not False)
        known = conversation.known.get(key) if key is not None else None
        if known is not None:
            self._duplicate(conn, rid, known, body)
            return
        if conn.turn is not None or conversation.turn is not None:
            raise Bad("TURN_IN_PROGRESS")
        if frame.get("skill") is not None:
            raise Bad("SKILL_NOT_FOUND")
        self._start(conn, session, rid, key, body)

    def _duplicate(self, conn: Conn, rid: Any, known: Known, body: tuple[Any, ...]) -> None:
        turn = known.turn
        if known.body != body:
            raise Bad("IDEMPOTENCY_CONFLICT")
        own = rid if rid is not None else uuid_cell("rid")
        self.world.reply(conn, frames.accepted(own, requestId=turn.rid, duplicate=True))
        if turn.terminal is not None:
            conn.owed.append(Owed(turn.terminal, sequenced=False))
        elif conn.sequenced:
            conn.subscribe(turn.conversation)
        elif turn.starter is not conn:
            conn.awaits.add(turn)

    def _start(
        self, conn: Conn, session: Session, rid: Any, key: str | None, body: tuple[Any, ...]
    ) -> None:
        conversation = session.conversation
        conn.subscribe(conversation)
        turn = Turn(
            conversation,
            session,
            conn,
            body[0],
            self.plan_of(body[0]),
            rid_cell(rid),
            body[1],
            key,
            0,
        )
        conversation.turn = conn.turn = turn
        self.world.turns.append(turn)
        if key is not None:
            conversation.known[key] = Known(body, turn)
        accepted = self.world.reply(conn, frames.accepted(turn.rid))
        turning.begin(self.world, turn, accepted)

    plan_of: Callable[[str], Any]

    # Answers to parks, and the stream.

    def _confirm(self, conn: Conn, frame: Frame, rid: Any) -> None:
        session_id, approved = text_of(frame, "sessionId"), frame.get("approved")
        seq = frame.get("parkSeq")
        if type(approved) is not bool or not (seq is None or type(seq) is int):
            raise Bad("VALIDATION_ERROR")
        session = self.world.session_of(conn, session_id)
        if not self._answers.confirm(conn, rid, session, approved, seq):
            raise Bad("NO_PENDING_CONFIRMATION")

    def _submit(self, conn: Conn, frame: Frame, rid: Any) -> None:
        session = self.world.session_of(conn, text_of(frame, "sessionId"))
        text_of(frame, "interactionId")
        problem = self._answers.submit(conn, rid, session, frame)
        if problem is not None:
            raise Bad(problem)

    def _verify(self, conn: Conn, frame: Frame, rid: Any) -> None:
        session_id, code = text_of(frame, "sessionId"), text_of(frame, "code")
        self._answers.verify(conn, rid, self.world.session_of(conn, session_id), code)

    def _resume(self, conn: Conn, frame: Frame, rid: Any) -> None:
        after, epoch = frame.get("afterSeq"), frame.get("epoch")
        text_of(frame, "sessionId")
        if after is not None and not (type(after) is int and after >= 0):
            raise Bad("VALIDATION_ERROR")
        if not conn.sequenced:
            raise Bad("VALIDATION_ERROR")
        session = self._need_session(conn, frame)
        self._streams.resume(conn, rid, session.conversation, after, epoch)


def depth(value: Any) -> int:
    """How deep containers nest; the outermost is 1."""
    if not isinstance(value, dict | list):
        return 0
    inner = value.values() if isinstance(value, dict) else value
    return 1 + max(map(depth, inner), default=0)


def fixed_later(name: str) -> Any:
    """A text that the server chooses."""
    cell = fixed(name, "")
    cell.value = None
    return cell


def six(session: Session) -> Frame:
    """What create answers."""
    return {
        "sessionId": session.id,
        "conversationId": session.conversation.id,
        "agentId": AGENT_ID,
        "agentName": AGENT_NAME,
        "userParticipantId": session.user,
        "agentParticipantId": session.agent,
    }
