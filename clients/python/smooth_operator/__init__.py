"""The client of the smooth-operator protocol: `connect`, sessions, turns.

The generated wire layer is `smooth_operator.protocol`; a blocking twin is `smooth_operator.sync`.
"""

from ._answer import Answer
from ._backoff import Reconnect
from ._client import Client
from ._connect import Connecting, connect
from ._credentials import Token, TokenTransport
from ._errors import (
    ClosedError,
    ConnectError,
    DecodeError,
    Disconnected,
    InvalidRequest,
    NothingToAnswer,
    ServerError,
    SlowConsumer,
    SmoothOperatorError,
    TimeoutError,
)
from ._fold import Prompt, Reconnected, TurnEvent
from ._outcomes import Submission, Verification
from ._router import BadFrame, Notice
from ._session import Session
from ._transport import Dialer, Transport, TransportClosed
from ._turn import Turn
from .protocol.codes import ErrorCode
from .protocol.events import UnknownEvent
from .protocol.models import (
    CancelledEvent,
    Citation,
    ConversationMessage,
    ConversationSummary,
    ErrorEvent,
    EventualResponseEvent,
    InteractionRequiredEvent,
    OtpSentEvent,
    OtpVerificationRequiredEvent,
    ParkResolvedEvent,
    StreamChunkEvent,
    StreamPreambleEvent,
    StreamReasoningEvent,
    StreamTokenEvent,
    TurnStartedEvent,
    Usage,
    WriteConfirmationRequiredEvent,
)

__all__ = [
    "Answer",
    "BadFrame",
    "CancelledEvent",
    "Citation",
    "Client",
    "ClosedError",
    "ConnectError",
    "Connecting",
    "ConversationMessage",
    "ConversationSummary",
    "DecodeError",
    "Dialer",
    "Disconnected",
    "ErrorCode",
    "ErrorEvent",
    "EventualResponseEvent",
    "InteractionRequiredEvent",
    "InvalidRequest",
    "NothingToAnswer",
    "Notice",
    "OtpSentEvent",
    "OtpVerificationRequiredEvent",
    "ParkResolvedEvent",
    "Prompt",
    "Reconnect",
    "Reconnected",
    "ServerError",
    "Session",
    "SlowConsumer",
    "SmoothOperatorError",
    "StreamChunkEvent",
    "StreamPreambleEvent",
    "StreamReasoningEvent",
    "StreamTokenEvent",
    "Submission",
    "TimeoutError",
    "Token",
    "TokenTransport",
    "Transport",
    "TransportClosed",
    "Turn",
    "TurnEvent",
    "TurnStartedEvent",
    "UnknownEvent",
    "Usage",
    "Verification",
    "WriteConfirmationRequiredEvent",
    "connect",
]
