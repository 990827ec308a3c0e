"""How far a conversation's numbered events have been seen: what is new, what came before, what
is missing. Pure state; without `seq` on the wire nothing here ever happens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ._frames import Frame


class Cursor:
    """The position in one conversation's event log.

    `last_seq` is the highest contiguous number seen, None while the position is unknown.
    `epoch` names the numbering it belongs to. `session_id` is one session that can read the
    conversation. While `resuming`, numbered events are ignored: they will be replayed.
    `position_was_known` is how it stood when the last resumption was asked for.
    """

    def __init__(self, session_id: str, last_seq: int | None = None) -> None:
        self.session_id = session_id
        self.conversation_id: str | None = None
        self.last_seq = last_seq
        self.epoch: str | None = None
        self.resuming = False
        self.replay_until: int | None = None
        self.after_replay: Callable[[], None] | None = None
        self.position_was_known = True
        self._just_resumed = False

    def admit(self, seq: int, seq_from: int) -> bool | None:
        """True: new, take it. False: seen before. None: something is missing before it."""
        if self.resuming or (self.last_seq is not None and seq <= self.last_seq):
            return False
        skips = self.last_seq is not None and seq_from > self.last_seq + 1
        if skips and not self._just_resumed:
            return None
        self._just_resumed = False  # what a resumption begins with is all there is to have
        self.last_seq = seq
        return True

    def resumed(
        self, *, epoch: str, last_seq: int, truncated: bool, asked_from: int | None
    ) -> None:
        """Take over the answer of `resume_stream`: from here on events count again.

        `asked_from`: the position that was asked for, None for live events only.
        """
        self.resuming = False
        self._just_resumed = True
        if truncated or (self.epoch is not None and epoch != self.epoch):
            self.last_seq = None
        elif self.last_seq is None:
            self.last_seq = last_seq if asked_from is None else asked_from
        self.epoch = epoch
        self.replay_until = last_seq

    def rest(self) -> None:
        """Call `after_replay` once, as soon as the replay is over and its last event routed."""
        then = self.after_replay
        if then is not None and not self.replaying:
            self.after_replay = None
            then()

    @property
    def replaying(self) -> bool:
        """Whether events that a resumption promised are still to come."""
        if self.replay_until is None:
            return False
        return self.last_seq is None or self.last_seq < self.replay_until


class Cursors:
    """Every conversation this client has seen numbered events of, or opened."""

    def __init__(self, on_gap: Callable[[Cursor], None]) -> None:
        self._on_gap = on_gap
        self._of_conversation: dict[str, Cursor] = {}
        self._of_session: dict[str, Cursor] = {}

    def opened(self, session_id: str, conversation_id: str, *, fresh: bool) -> None:
        """A session was created: a fresh conversation's log begins at 1."""
        cursor = self.bind(conversation_id, session_id)
        if fresh and cursor.last_seq is None:
            cursor.last_seq = 0

    def of_session(self, session_id: str) -> Cursor:
        """The cursor of that session's conversation, made where none is known yet."""
        return self._of_session.setdefault(session_id, Cursor(session_id))

    def of_conversation(self, conversation_id: str) -> Cursor | None:
        return self._of_conversation.get(conversation_id)

    def is_foreign(self, conversation_id: str, session_id: str) -> bool:
        """Whether the session is known to belong to another conversation than this one."""
        known = self._of_session.get(session_id)
        return known is not None and known.conversation_id not in (None, conversation_id)

    def is_old(self, frame: Frame) -> bool:
        """Whether this replayed frame is from before this client knew the conversation."""
        cursor = self._of_conversation.get(frame.get("conversationId", ""))
        return cursor is None or not cursor.position_was_known

    def all(self) -> list[Cursor]:
        """Each known cursor once."""
        known = [*self._of_conversation.values(), *self._of_session.values()]
        return list({id(cursor): cursor for cursor in known}.values())

    def observe(self, frame: Frame, session_id: str | None = None) -> bool:
        """Whether this frame is to be taken; numbered ones that were seen or skip are not.

        `session_id`: the session of the turn that the frame belongs to, where that is known.
        """
        numbers = _numbers(frame)
        if numbers is None:
            return True
        conversation_id, seq, seq_from = numbers
        if session_id is not None:
            self.bind(conversation_id, session_id)
        if frame.get("type") == "turn_started":
            self._learn(conversation_id, frame.get("data"))
        cursor = self._of_conversation.get(conversation_id)
        if cursor is None:
            return True
        admitted = cursor.admit(seq, seq_from)
        if admitted is None:
            cursor.resuming = True
            self._on_gap(cursor)
        return bool(admitted)

    def bind(self, conversation_id: str, session_id: str) -> Cursor:
        """The cursor of that conversation, which the session belongs to."""
        cursor = self._of_conversation.get(conversation_id) or self.of_session(session_id)
        cursor.conversation_id = conversation_id
        self._of_conversation[conversation_id] = cursor
        self._of_session[session_id] = cursor
        return cursor

    def _learn(self, conversation_id: str, data: Any) -> None:
        """`turn_started` names the session, the conversation and the epoch."""
        session_id = data.get("sessionId") if isinstance(data, dict) else None
        epoch = data.get("epoch") if isinstance(data, dict) else None
        if not isinstance(session_id, str) or not isinstance(epoch, str):
            return
        cursor = self.bind(conversation_id, session_id)
        if not cursor.resuming and cursor.epoch not in (None, epoch):
            cursor.last_seq = None  # the numbering began anew
        if not cursor.resuming:
            cursor.epoch = epoch


def _numbers(frame: Frame) -> tuple[str, int, int] | None:
    conversation_id, seq = frame.get("conversationId"), frame.get("seq")
    if not isinstance(conversation_id, str) or not isinstance(seq, int):
        return None
    seq_from = frame.get("seqFrom")
    return conversation_id, seq, seq_from if isinstance(seq_from, int) else seq
