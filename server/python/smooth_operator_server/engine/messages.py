"""Chat messages: the shapes in which a turn is told to a model (decisions §5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from smooth_operator_server.engine.model import Message, ModelCall


def system(text: str) -> Message:
    return {"role": "system", "content": text}


def user(text: str, images: Sequence[Mapping[str, Any]] = ()) -> Message:
    """A string unless images come; an empty text is then left out."""
    if not images:
        return {"role": "user", "content": text}
    parts: list[Mapping[str, Any]] = [{"type": "text", "text": text}] if text else []
    for image in images:
        link = {"url": image["url"]}
        if image.get("detail") is not None:
            link["detail"] = image["detail"]
        parts.append({"type": "image_url", "image_url": link})
    return {"role": "user", "content": parts}


def assistant(text: str) -> Message:
    return {"role": "assistant", "content": text}


def calling(text: str, calls: Sequence[ModelCall]) -> Message:
    """An answer with calls; `arguments` is the model's own string, byte for byte."""
    return {
        "role": "assistant",
        "content": text or None,
        "tool_calls": [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": call.arguments},
            }
            for call in calls
        ],
    }


def tool(call: ModelCall, text: str) -> Message:
    return {"role": "tool", "tool_call_id": call.id, "content": text}


def definition(name: str, description: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """A tool as the model is offered it."""
    function = {"name": name, "description": description, "parameters": parameters}
    return {"type": "function", "function": function}
