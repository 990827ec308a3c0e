"""One turn as a state machine: events in, answer out. Knows no socket, no clock, no task."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeAlias

from ._answer import Answer, completed
from ._errors import DecodeError, ServerError, SmoothOperatorError
from ._frames import Frame
from .protocol.codes import TURN_ENDING_ERRORS
from .protocol.events import Event, UnknownEvent
from .protocol.models import (
    ErrorEvent,
    EventualResponseEvent,
    ImmediateResponseEvent,
    InteractionRequiredEvent,
    OtpVerificationRequiredEvent,
    ParkResolvedEvent,
    StreamChunkEvent,
    StreamTokenEvent,
    WriteConfirmationRequiredEvent,
)

Prompt: TypeAlias = (
    WriteConfirmationRequiredEvent | InteractionRequiredEvent | OtpVerificationRequiredEvent
)
"""The events that ask somebody something and hold the turn until the answer."""


@dataclass(frozen=True, slots=True)
class Reconnected:
    """The socket was lost and is back. Nothing was missed, unless `complete` is False: then
    events before this one may be missing, or come again."""

    complete: bool = True


@dataclass(frozen=True, slots=True)
class BadFrame:
    """Something arrived that is no sound event. `raw` is what it was."""

    reason: str
    raw: object


TurnEvent: TypeAlias = Event | UnknownEvent | BadFrame | Reconnected
"""What iterating a turn gives."""

PROMPT_TYPES = (
    WriteConfirmationRequiredEvent,
    InteractionRequiredEvent,
    OtpVerificationRequiredEvent,
)

_ACCEPTED = 202


class Watcher(Protocol):
    """Who follows a fold. Called inside `feed`, never re-entered, must not block."""

    def on_event(self, event: TurnEvent) -> None:
        """An event of the turn, in order, up to and including the terminal one."""

    def on_alive(self) -> None:
        """Something of the turn arrived, a keepalive counts too; its prompt may have changed."""

    def on_done(self, outcome: Answer | SmoothOperatorError) -> None:
        """Called once."""


class TurnFold:
    """What is known about one turn. `frame` is its send_message, kept for a resend."""

    def __init__(self, frame: Frame, watcher: Watcher) -> None:
        self.request_id: str = frame["requestId"]
        self.session_id: str = frame["sessionId"]
        self.frame = frame
        self.sent = False
        self.accepted = False
        self.cancel_wanted = False
        self.prompt: Prompt | None = None
        self.outcomes: dict[int, str] = {}
        self.outcome: Answer | SmoothOperatorError | None = None
        self._watcher = watcher
        self._tokens: list[str] = []

    @property
    def text(self) -> str:
        """The reply so far: what was streamed since the last tool call."""
        return "".join(self._tokens)

    def feed(self, event: Event | UnknownEvent) -> None:
        """Take the turn's next event. Nothing counts after the terminal one."""
        if self.outcome is not None:
            return
        match event:
            case ImmediateResponseEvent():
                self._acknowledged(event)
            case ErrorEvent():
                self._failed(event)
            case EventualResponseEvent():
                self._watcher.on_event(event)
                self.finish(completed(event, self.text, self.request_id))
            case _ if event.type == "cancelled":
                self._watcher.on_event(event)
                self.finish(Answer(self.text, self.request_id, cancelled=True))
            case _:
                self._progress(event)

    def finish(self, outcome: Answer | SmoothOperatorError) -> None:
        """End the turn, from the wire or from this side."""
        if self.outcome is None:
            self.outcome = outcome
            self.prompt = None
            self._watcher.on_done(outcome)

    def malformed(self, error: DecodeError, *, terminal: bool) -> None:
        """A known event of this turn could not be read: the caller must not miss it silently.
        It fails the turn only if it was to end it; then nothing else will."""
        if terminal:
            self.finish(error)
        elif self.outcome is None:
            self._watcher.on_event(BadFrame(error.message, error.raw))
            self._watcher.on_alive()

    def cancelled_unsent(self) -> None:
        """Cancelled before its frame was written: the server never hears of it."""
        self.finish(Answer("", self.request_id, cancelled=True))

    def reconnected(self, notice: Reconnected) -> None:
        """A new socket carries this turn on."""
        self._watcher.on_event(notice)
        self._watcher.on_alive()

    def answered(self, prompt: Prompt) -> None:
        """This side's answer to `prompt` was taken by the server."""
        if self.prompt is prompt:
            self.prompt = None
            self._watcher.on_alive()

    def _acknowledged(self, event: ImmediateResponseEvent) -> None:
        self.accepted = self.accepted or event.status == _ACCEPTED
        self._watcher.on_alive()

    def _failed(self, event: ErrorEvent) -> None:
        error = server_error(event)
        if self.accepted and error.code not in TURN_ENDING_ERRORS:
            self._watcher.on_event(event)
            self._watcher.on_alive()
        else:
            self.finish(error)

    def _progress(self, event: Event | UnknownEvent) -> None:
        if event.type == "keepalive":
            self._watcher.on_alive()
            return
        self.accepted = True
        match event:
            case StreamTokenEvent():
                self._tokens.append(event.token)
                self.prompt = None  # the model is asked again only when every call has its result
            case StreamChunkEvent():
                self._tool_step(event)
            case ParkResolvedEvent():
                self.outcomes[event.data.park_seq] = event.data.outcome
                self.prompt = None
            case _ if isinstance(event, PROMPT_TYPES):
                self.prompt = event
        self._watcher.on_event(event)
        self._watcher.on_alive()

    def _tool_step(self, event: StreamChunkEvent) -> None:
        raw = event.data.state.raw_response
        if raw is None:
            return
        self._tokens.clear()
        result = raw.tool_result
        if self.prompt and result is not None and result.name == asked_by(self.prompt):
            self.prompt = None


def asked_by(prompt: Prompt) -> str:
    """Name of the tool whose call waits for the answer to `prompt`."""
    if isinstance(prompt, InteractionRequiredEvent):
        return f"request_{prompt.data.data.kind}"
    return prompt.data.data.tool_id


def server_error(event: ErrorEvent) -> ServerError:
    """The event as something to raise; it carries its descriptor once or twice."""
    descriptor, details = event.data.error, event.data.details
    return ServerError(
        descriptor.message,
        code=descriptor.code,
        request_id=event.request_id,
        details=None if details is None else details.wire(),
    )
