"""Delivery: every frame that arrives is one that was owed, in an allowed order, once."""

from __future__ import annotations

from .frames import Frame
from .matching import match
from .state import Conn, Conversation, Event, Owed
from .world import World

MARKS = ("seq", "conversationId", "replay")


class Delivery:
    """Checks off what each socket must receive."""

    def __init__(self, world: World) -> None:
        self._world = world

    def accept(self, conn: Conn, frame: Frame) -> None:
        """Raises `AssertionError` for a frame that nothing asked for."""
        if "seq" in frame:
            self._sequenced(conn, frame)
            return
        problems = []
        if conn.replies:
            problem = match_reply(conn, frame)
            if problem is None:
                return
            problems.append(problem)
        for owed in [one for one in conn.owed if not one.sequenced]:
            problem = blocked(conn, owed) or owed.event.fits(frame)
            if problem is None:
                owed.event.bind(frame)
                conn.owed.remove(owed)
                return
            problems.append(problem)
        raise AssertionError(f"{conn.name} got {frame}, which is not due: {problems}")

    def _sequenced(self, conn: Conn, frame: Frame) -> None:
        conversation = self._conversation(conn, frame)
        subscription = conn.subscriptions[conversation]
        seq = frame["seq"]
        if subscription.earliest is not None and subscription.earliest <= seq < subscription.next:
            missed = conversation.log[seq - 1 : subscription.next - 1]
            conn.owed = [*(Owed(event, sequenced=True) for event in missed), *conn.owed]
            subscription.next = seq
        subscription.earliest = None
        assert seq == subscription.next, f"{conn.name} got {seq} instead of {subscription.next}"
        replayed = seq <= subscription.replayed
        assert frame.get("replay", False) is replayed, f"replay should be {replayed}: {frame}"
        subscription.next += 1
        body = {key: value for key, value in frame.items() if key not in MARKS}
        owed = self._find(conn, conversation, seq, body)
        owed.event.bind(body)
        owed.event.seq = seq
        conn.owed.remove(owed)

    def _conversation(self, conn: Conn, frame: Frame) -> Conversation:
        for conversation in conn.subscriptions:
            if conversation.id.value == frame["conversationId"]:
                return conversation
        raise AssertionError(f"{conn.name} does not follow the conversation of {frame}")

    def _find(self, conn: Conn, conversation: Conversation, seq: int, body: Frame) -> Owed:
        problems = []
        for owed in conn.owed:
            event = owed.event
            if not owed.sequenced or event.turn.conversation is not conversation:
                continue
            if event.seq not in (None, seq):
                continue
            problem = blocked(conn, owed) or event.fits(body)
            if problem is None:
                return owed
            problems.append(problem)
        raise AssertionError(f"{conn.name} got {seq} {body}, which is not due: {problems}")

    def forget_forestalled(self) -> set[Conversation]:
        """Drop what a cancel forestalled; the conversations where nobody could tell."""
        unclear: set[Conversation] = set()
        for event in [event for event in self._world.fresh if event.optional]:
            if event.seen:
                event.optional = False
            elif any(owed.event is event for conn in self._world.conns for owed in conn.owed):
                self.drop(event)
            else:
                unclear.add(event.turn.conversation)
        return unclear

    def settle_forestalled(self, conversation: Conversation, last_seq: int) -> None:
        """The server's log is that long: the rest of the doubtful events never came."""
        log = conversation.log
        doubtful = [event for event in log if event.optional and not event.seen]
        for event in doubtful[::-1][: len(log) - last_seq]:
            self.drop(event)
        assert len(log) == last_seq, f"the log has {last_seq} events instead of {len(log)}"
        for event in log:
            event.optional = False

    def drop(self, event: Event) -> None:
        event.turn.conversation.log.remove(event)
        if event.undo is not None:
            event.undo()
        for conn in self._world.conns:
            conn.owed = [owed for owed in conn.owed if owed.event is not event]


def match_reply(conn: Conn, frame: Frame) -> str | None:
    """Replies leave in frame order: only the first one may come."""
    reply = conn.replies[0]
    problem = match(reply.frame, frame)
    if problem is None:
        reply.seen = True
        conn.replies.pop(0)
    return problem


def blocked(conn: Conn, owed: Owed) -> str | None:
    """What this socket must get before that event."""
    event = owed.event
    for reply in conn.replies:
        if reply in event.after:
            return f"{event} comes before {reply}"
    for other in conn.owed:
        same = other.sequenced == owed.sequenced and other.event in event.after
        if same and not other.event.optional:
            return f"{event} comes before {other.event}"
    return None


def due(conn: Conn) -> bool:
    """Whether something must still come."""
    return bool(conn.replies) or any(not owed.event.optional for owed in conn.owed)
