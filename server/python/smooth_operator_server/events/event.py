"""One event of a conversation's log."""

from __future__ import annotations


class LoggedEvent:
    """One event, encoded once. `body` is the published form, without `seq`."""

    __slots__ = ("at", "body", "request_id", "seq", "timestamp", "token", "turn", "type")

    def __init__(
        self,
        seq: int,
        type: str,
        turn: str,
        request_id: str | None,
        body: bytes,
        timestamp: int,
        at: float,
        token: str | None,
    ) -> None:
        self.seq = seq
        self.type = type
        self.turn = turn
        self.request_id = request_id
        self.body = body
        self.timestamp = timestamp
        self.at = at
        self.token = token
        """The text, for the event types that may be joined."""
