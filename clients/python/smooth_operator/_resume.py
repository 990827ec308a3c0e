"""After a new socket or a gap: catches up with each conversation and settles what became of the
turns that were running."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import TypeVar

from ._call import Call, Reply
from ._cursor import Cursor
from ._errors import ClosedError, DecodeError, Disconnected, SmoothOperatorError
from ._fold import Reconnected, TurnFold
from ._frames import Frame
from ._outbox import Entry, Post
from ._requests import build, result
from ._router import Notice, Reloaded, Router
from .protocol.base import WireModel
from .protocol.models import (
    GetConversationMessagesRequest,
    GetConversationMessagesResponse,
    ResumeStreamRequest,
    ResumeStreamResponse,
)

ModelT = TypeVar("ModelT", bound=WireModel)


class Resumer:
    """Works on the router's turns and cursors; `put` queues a frame, `notify` tells listeners."""

    def __init__(
        self, router: Router, put: Callable[[Entry], None], notify: Callable[[Notice], None]
    ) -> None:
        self._router = router
        self._put = put
        self._notify = notify
        self._may_resend = False

    def reconnected(self, capabilities: Collection[str]) -> None:
        """A fresh socket stands: resume what was watched, fail the turns that cannot be."""
        self._may_resend = "idempotency" in capabilities
        if "event_seq" not in capabilities:
            for turn in self._turns():
                turn.finish(lost(turn.request_id, "the server cannot resume turns"))
            return
        for turn in self._turns():
            self._router.cursors.of_session(turn.session_id)
        watched = [each for each in self._router.cursors.all() if self._is_watched(each)]
        for cursor in sorted(watched, key=lambda each: not self._turns(each)):
            self.catch_up(cursor)  # those with a turn first, should the server limit frames

    def catch_up(self, cursor: Cursor) -> None:
        """Ask for everything after the cursor's position, of which no frame may get lost."""
        after_seq = cursor.last_seq or 0
        cursor.resuming, cursor.position_was_known = True, cursor.last_seq is not None
        frame = resume_frame(cursor.session_id, after_seq, cursor.epoch)
        call = Call(
            frame, lambda reply: self._caught_up(cursor, after_seq, reply), survives="never"
        )
        self._router.calls[call.request_id] = call
        self._put(call)

    def _caught_up(self, cursor: Cursor, after_seq: int, reply: Reply) -> None:
        """The acknowledgement: it is handled before the first replayed event is read."""
        if isinstance(reply, ClosedError):
            return  # this socket is lost too; the next one asks again
        ack = _read(ResumeStreamResponse, reply)
        if isinstance(ack, SmoothOperatorError):
            cursor.resuming = False
            for turn in self._turns(cursor):
                turn.finish(lost(turn.request_id, str(ack)))
            return
        _take_over(cursor, after_seq, ack)
        self._announce(cursor, complete=not ack.truncated)
        owed = [turn for turn in self._turns(cursor) if not self._goes_on(turn, ack)]
        if ack.truncated or not cursor.replaying:
            self._settle(owed)
        else:
            cursor.after_replay = lambda: self._settle(owed)
        if ack.truncated:
            self._reload(cursor.session_id)

    def _reload(self, session_id: str) -> None:
        """Events are gone for good: ask for what was stored, and tell the listeners."""

        def loaded(reply: Reply) -> None:
            page = _read(GetConversationMessagesResponse, reply)
            if not isinstance(page, SmoothOperatorError):
                self._notify(Reloaded(session_id, page))

        frame = build(
            GetConversationMessagesRequest,
            "get_conversation_messages",
            None,
            session_id=session_id,
        )
        call = Call(frame, loaded, survives="always")
        self._router.calls[call.request_id] = call
        self._put(call)

    def moving(self, cursor: Cursor, after_seq: int | None) -> None:
        """The caller asks for another position; numbered events wait for the acknowledgement."""
        cursor.resuming, cursor.position_was_known = True, True
        cursor.last_seq = after_seq

    def moved(self, cursor: Cursor, after_seq: int | None, reply: Reply) -> None:
        """The acknowledgement of what the caller asked for."""
        ack = _read(ResumeStreamResponse, reply)
        if not isinstance(ack, SmoothOperatorError):
            _take_over(cursor, after_seq, ack)

    def _announce(self, cursor: Cursor, *, complete: bool) -> None:
        notice = Reconnected(complete=complete)
        for turn in self._turns(cursor):
            turn.reconnected(notice)
        if not complete:
            self._notify(notice)

    def _goes_on(self, turn: TurnFold, ack: ResumeStreamResponse) -> bool:
        running = self._router.turns.get(ack.active_request_id or "")
        if running is not turn:
            return False
        if turn.cancel_wanted:
            self._put(Post(cancel_frame(turn)))
        return True

    def _settle(self, owed: Iterable[TurnFold]) -> None:
        """No event will tell what became of these turns. A resend does: it carries the first
        try's clientMessageId, so the server runs it only if it never got it."""
        for turn in owed:
            if turn.outcome is not None:
                continue
            if self._may_resend:
                self._put(turn)
            else:
                turn.finish(lost(turn.request_id, "the server no longer runs this turn"))

    def _is_watched(self, cursor: Cursor) -> bool:
        return cursor.last_seq is not None or bool(self._turns(cursor))

    def _turns(self, cursor: Cursor | None = None) -> list[TurnFold]:
        """Unfinished turns that a socket has carried, each once."""
        of_session = self._router.cursors.of_session
        return [
            turn
            for turn in dict.fromkeys(self._router.turns.values())
            if turn.sent and (cursor is None or of_session(turn.session_id) is cursor)
        ]


def _read(model: type[ModelT], reply: Reply) -> ModelT | SmoothOperatorError:
    if isinstance(reply, SmoothOperatorError):
        return reply
    try:
        return result(model, reply)
    except DecodeError as exc:
        return exc


def _take_over(cursor: Cursor, after_seq: int | None, ack: ResumeStreamResponse) -> None:
    cursor.resumed(
        epoch=ack.epoch,
        last_seq=ack.last_seq,
        truncated=ack.truncated,
        asked_from=after_seq,
    )


def lost(request_id: str, why: str, cause: ClosedError | None = None) -> Disconnected:
    """The error of something that the lost socket took with it."""
    return Disconnected(
        f"the connection was lost: {why}",
        close_code=cause.close_code if cause else None,
        reason=cause.reason if cause else "",
        request_id=request_id,
    )


def cancel_frame(turn: TurnFold) -> dict[str, str]:
    """Stops exactly this turn: by its id here, by its conversation after a reconnect."""
    return {"action": "cancel", "requestId": turn.request_id, "sessionId": turn.session_id}


def resume_frame(session_id: str, after_seq: int | None, epoch: str | None) -> Frame:
    """A resume_stream request under a fresh id."""
    return build(
        ResumeStreamRequest,
        "resume_stream",
        None,
        session_id=session_id,
        after_seq=after_seq,
        epoch=epoch,
    )
