"""Runs in the environment of a published client: its models read frames that we sent.

In, on stdin: `{"case", "frame", "action"}`, one a line. Out: one JSON object, `{"frames": N,
"types": {type: N}, "replies": {action: N}, "refused": [{"case", "type", "why"}]}`. A frame is
read as its client reads it: it must be an event the client knows, its model must take it, and
where it is the reply to an action, so must the model of that action's reply.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from typing import Any

import smooth_operator

Json = Any
REPLIES = {
    "create_conversation_session": "CreateConversationSessionResponse",
    "get_session": "GetSessionResponse",
    "get_conversation_messages": "GetMessagesResponse",
    "list_conversations": "ListConversationsResponse",
}


def reply_model(action: str) -> Any:
    """The client's model of an action's reply; None where it has none."""
    return getattr(smooth_operator, REPLIES.get(action, ""), None)


def why_refused(frame: Json, action: str) -> str:
    """What the client's models have against a frame; empty when nothing."""
    if not smooth_operator.is_server_event(frame):
        return "no event that this client knows"
    try:
        smooth_operator.parse_event(frame)
        model = reply_model(action) if frame["type"] == "immediate_response" else None
        if model is not None:
            model.model_validate(frame["data"])
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:600]
    return ""


def main() -> None:
    """Read every line, tell the counts."""
    types: Counter[str] = Counter()
    replies: Counter[str] = Counter()
    refused = []
    for line in sys.stdin:
        given = json.loads(line)
        frame, action = given["frame"], given["action"]
        kind = str(frame.get("type")) if isinstance(frame, dict) else "no object"
        types[kind] += 1
        if kind == "immediate_response" and reply_model(action) is not None:
            replies[action] += 1
        why = why_refused(frame, action)
        if why:
            refused.append({"case": given["case"], "type": kind, "why": why})
    counts = {"frames": types.total(), "types": types, "replies": replies}
    json.dump({**counts, "refused": refused}, sys.stdout)


if __name__ == "__main__":
    main()
