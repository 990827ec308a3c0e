"""Streams: cancel and resume_stream (decisions 3.9, 6.3)."""

from __future__ import annotations

from typing import Any

from . import frames
from .frames import Frame
from .matching import Is
from .state import Conn, Conversation, Event, Owed, Subscription, Turn
from .world import World


class Streams:
    """Who ends a turn from outside, and who reads it again."""

    def __init__(self, world: World) -> None:
        self._world = world

    def cancel(self, conn: Conn, frame: Frame, rid: Any) -> None:
        turn = self._target(conn, frame, rid)
        if turn is None:
            return
        if turn.starter is not conn and turn.conversation not in conn.subscriptions:
            conn.awaits.add(turn)
        self._world.cancel(turn)

    def _target(self, conn: Conn, frame: Frame, rid: Any) -> Turn | None:
        own = conn.turn
        if own is not None and rid == own.rid.value:
            return own
        session = self._world.session_of(conn, frame.get("sessionId"))
        turn = session.conversation.turn if session is not None else own
        if turn is None or rid == turn.rid.value:
            return turn
        over = [cell.value for cell in (*turn.conversation.finished, *conn.finished)]
        return None if rid in over else turn

    def resume(
        self, conn: Conn, rid: Any, conversation: Conversation, after: int | None, epoch: Any
    ) -> None:
        first, last = conversation.kept_from, len(conversation.log)
        known = conversation.epoch.value
        other = isinstance(epoch, str) and after is not None and epoch != known
        truncated = after is not None and (other or not first - 1 <= after <= last)
        data: Frame = {
            "epoch": conversation.epoch,
            "firstSeq": first,
            "lastSeq": last,
            "truncated": truncated,
        }
        turn = conversation.turn
        if turn is not None:
            data["activeRequestId"] = turn.rid
            if turn.park is not None:
                data["openParkSeq"] = self._number(turn.park.event)
        self._world.reply(conn, frames.ack(rid, "Stream resumed", data))
        start = None if after is None else after + 1
        if truncated:
            start = self._landmark(conversation)
        conn.owed = [
            owed
            for owed in conn.owed
            if not (owed.sequenced and owed.event.turn.conversation is conversation)
        ]
        subscription = Subscription(last + 1)
        conn.subscriptions[conversation] = subscription
        if start is not None and start <= last:
            subscription.next, subscription.replayed = start, last
            events = conversation.log[start - 1 :]
            conn.owed.extend(Owed(event, sequenced=True) for event in events)

    def _landmark(self, conversation: Conversation) -> int | None:
        if conversation.turn is not None:
            events = [e for e in conversation.log if e.turn is conversation.turn]
            return conversation.log.index(events[0]) + 1
        terminal = conversation.last_terminal
        return None if terminal is None else conversation.log.index(terminal) + 1

    def _number(self, event: Event) -> Is:
        place = event.turn.conversation.log.index(event) + 1
        return Is("openParkSeq", lambda value: value == (event.seq or place))
