"""The tools of the evals' agents: a small HTTP service that answers and remembers each call."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from smooth_operator_evals.answering.listening import bound, listening
from smooth_operator_evals.played import ToolCall


def _text(key: str) -> dict[str, Any]:
    return {"type": "string", "description": key}


def _parameters(**keys: str) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {key: _text(description) for key, description in keys.items()},
        "required": list(keys),
        "additionalProperties": False,
    }


DEFINITIONS: tuple[tuple[str, str, Mapping[str, Any]], ...] = (
    (
        "renew_loan",
        "Renew a running loan of the visitor by one loan period. Says until when it runs then.",
        _parameters(loan="The loan's number, such as L-204."),
    ),
    (
        "reserve_tool",
        "Reserve an item for the visitor for a day. Says the reservation's number.",
        _parameters(item="What to reserve.", day="The weekday, in English."),
    ),
    (
        "cancel_reservation",
        "Cancel a reservation of the visitor for good.",
        _parameters(reservation="The reservation's number, such as R-17."),
    ),
)
_ANSWERS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "renew_loan": lambda given: f"Loan {given.get('loan')} now runs until 14 June.",
    "reserve_tool": lambda given: (
        f"Reservation R-58: {given.get('item')} is kept for you on {given.get('day')}."
    ),
    "cancel_reservation": lambda given: f"Reservation {given.get('reservation')} is cancelled.",
}


class ToolHost:
    """Answers tool calls, and tells graders which ones came. `url` is the address of the tools."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._calls: defaultdict[str, list[ToolCall]] = defaultdict(list)

    def calls(self, conversation_id: str) -> tuple[ToolCall, ...]:
        """Every call of a conversation so far, in order."""
        return tuple(self._calls.get(conversation_id, ()))

    async def answer(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        answer = _ANSWERS.get(name)
        if answer is None:
            raise web.HTTPNotFound(text=f"no tool {name}")
        body = await request.json()
        arguments = body.get("arguments") or {}
        self._calls[str(body.get("conversationId"))].append(ToolCall(name, arguments))
        return web.json_response({"result": answer(arguments)})


@asynccontextmanager
async def tool_host(address: str = "127.0.0.1:0") -> AsyncIterator[ToolHost]:
    """Listen on `host:port` (port 0: a free one) until the block ends; raises as `bound` does."""
    sock, url = bound(address)
    host = ToolHost(f"{url}/tools")
    async with listening(sock, {"/tools/{name}": host.answer}):
        yield host
