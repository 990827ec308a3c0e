"""One frame that one reply answers, and which events can be that reply."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias

from ._errors import DecodeError, SmoothOperatorError
from ._fold import server_error
from ._frames import Frame
from .protocol.codes import TURN_ENDING_ERRORS
from .protocol.events import Event, UnknownEvent
from .protocol.models import ErrorEvent, ImmediateResponseEvent

Reply: TypeAlias = Event | SmoothOperatorError

Survival: TypeAlias = Literal["never", "unsent", "always"]
"""What becomes of a request when its socket is lost: `never` outlives it; `unsent` does unless it
was written; `always` goes out again, since sending it twice does no more than sending it once."""

ACK = frozenset({"immediate_response"})

_TURN_ACCEPTED = 202


class Call:
    """A request under way.

    `answers`: event types that answer it. `settle` is called exactly once.
    """

    def __init__(
        self,
        frame: Frame,
        settle: Callable[[Reply], None],
        *,
        answers: frozenset[str] = ACK,
        survives: Survival = "unsent",
    ) -> None:
        self.request_id: str = frame["requestId"]
        self.frame = frame
        self.answers = answers
        self.survives = survives
        self.sent = False
        self.times_sent = 0
        self._settle = settle

    def claims(self, event: Event | UnknownEvent, *, shared: bool) -> bool:
        """Whether `event`, which carries this request's id, is its reply.

        `shared`: a running turn has the same id (the published clients answer prompts so), and
        gets what cannot be meant for the request.
        """
        if isinstance(event, UnknownEvent) or event.type == "keepalive":
            return False
        if not shared:
            return True
        if isinstance(event, ErrorEvent):
            return server_error(event).code not in TURN_ENDING_ERRORS
        if isinstance(event, ImmediateResponseEvent) and event.status == _TURN_ACCEPTED:
            return False
        return event.type in self.answers

    @property
    def outlives_socket(self) -> bool:
        """Whether it may go out on the next socket as things stand."""
        return self.survives == "always" or (self.survives == "unsent" and not self.sent)

    def answer(self, event: Event) -> None:
        """Settle with the reply, or with why it is none."""
        if event.type in self.answers:
            self._settle(event)
        elif isinstance(event, ErrorEvent):
            error = server_error(event)
            error.repeated = self.times_sent > 1
            self._settle(error)
        else:
            self.fail(
                DecodeError(
                    f"{event.type} cannot answer {self.frame['action']}",
                    raw=event,
                    request_id=self.request_id,
                    code="UNEXPECTED_EVENT",
                )
            )

    def fail(self, error: SmoothOperatorError) -> None:
        """Settle with an error of this side."""
        self._settle(error)
