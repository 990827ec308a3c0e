"""The client of the smooth-operator protocol: `connect`, sessions, turns.

The generated wire layer is `smooth_operator.protocol`; a blocking twin is `smooth_operator.sync`.

Names are imported when they are first asked for: a server needs the wire layer below this package,
and must not wait for a client that it never uses.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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
    from ._fold import BadFrame, Prompt, Reconnected, TurnEvent
    from ._outcomes import Submission, Verification
    from ._router import Notice, Reloaded
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
    "Reloaded",
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

_HOMES = {
    "Answer": "_answer",
    "BadFrame": "_fold",
    "CancelledEvent": "protocol.models",
    "Citation": "protocol.models",
    "Client": "_client",
    "ClosedError": "_errors",
    "ConnectError": "_errors",
    "Connecting": "_connect",
    "ConversationMessage": "protocol.models",
    "ConversationSummary": "protocol.models",
    "DecodeError": "_errors",
    "Dialer": "_transport",
    "Disconnected": "_errors",
    "ErrorCode": "protocol.codes",
    "ErrorEvent": "protocol.models",
    "EventualResponseEvent": "protocol.models",
    "InteractionRequiredEvent": "protocol.models",
    "InvalidRequest": "_errors",
    "NothingToAnswer": "_errors",
    "Notice": "_router",
    "OtpSentEvent": "protocol.models",
    "OtpVerificationRequiredEvent": "protocol.models",
    "ParkResolvedEvent": "protocol.models",
    "Prompt": "_fold",
    "Reconnect": "_backoff",
    "Reconnected": "_fold",
    "Reloaded": "_router",
    "ServerError": "_errors",
    "Session": "_session",
    "SlowConsumer": "_errors",
    "SmoothOperatorError": "_errors",
    "StreamChunkEvent": "protocol.models",
    "StreamPreambleEvent": "protocol.models",
    "StreamReasoningEvent": "protocol.models",
    "StreamTokenEvent": "protocol.models",
    "Submission": "_outcomes",
    "TimeoutError": "_errors",
    "Token": "_credentials",
    "TokenTransport": "_credentials",
    "Transport": "_transport",
    "TransportClosed": "_transport",
    "Turn": "_turn",
    "TurnEvent": "_fold",
    "TurnStartedEvent": "protocol.models",
    "UnknownEvent": "protocol.events",
    "Usage": "protocol.models",
    "Verification": "_outcomes",
    "WriteConfirmationRequiredEvent": "protocol.models",
    "connect": "_connect",
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{home}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return list(__all__)
