"""What a finished turn comes to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .protocol.models import AgentResponse, Citation, EventualResponseEvent, Usage


@dataclass(frozen=True, slots=True)
class Answer:
    """The outcome of a turn that did not fail.

    `text`: the reply; what had arrived of it when `cancelled`. `response`: the whole
    response object, with whatever else the agent put into it. `usage` is None
    when the server does not know it. `directive`: an opaque object for the host's own interface.
    """

    text: str
    request_id: str
    cancelled: bool = False
    message_id: str | None = None
    response: AgentResponse | None = None
    citations: tuple[Citation, ...] = ()
    usage: Usage | None = None
    directive: dict[str, Any] | None = None
    needs_escalation: bool = False


def completed(event: EventualResponseEvent, streamed: str, request_id: str) -> Answer:
    """The answer that `event` carries; `streamed` is the text of the tokens before it."""
    payload = event.data.data
    return Answer(
        text=_reply_text(payload.response.response_parts, streamed),
        request_id=request_id,
        message_id=payload.message_id,
        response=payload.response,
        citations=tuple(payload.citations or ()),
        usage=payload.usage,
        directive=payload.directive,
        needs_escalation=bool(payload.needs_escalation),
    )


def _reply_text(parts: list[str] | None, streamed: str) -> str:
    """The reply as the response spells it; the tokens where it is absent or cut for its frame."""
    text = "".join(parts or ())
    return streamed if streamed.startswith(text) else text
