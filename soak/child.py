"""The child: a server process whose model plays the scripts that the messages carry.

`python -m soak.child '{"event_log_events": 200}'` prints one line, its port, and serves until its
standard input ends.
"""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import sys
from collections import Counter
from collections.abc import AsyncGenerator, Mapping
from typing import Any, ClassVar

from smooth_operator_server import Settings, serve_local
from smooth_operator_server.agents.model import Agent
from smooth_operator_server.agents.registry import Agents
from smooth_operator_server.engine.model import (
    Finished,
    ModelCall,
    ModelDelta,
    ModelRequest,
    TextDelta,
)
from smooth_operator_server.events.event import LoggedEvent
from smooth_operator_server.events.watch import ConversationWatch, TurnWatch
from smooth_operator_server.knowledge.tokens import fold
from smooth_operator_server.storage.history import History
from smooth_operator_server.storage.memory import MemoryStorage
from smooth_operator_server.storage.records import StoredMessage, WorkflowPosition
from smooth_operator_server.tools.base import ToolContext, ToolResult
from smooth_operator_server.turns.turn import Turn
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from soak.script import Script

AGENT = Agent(
    id="1b0f4c1e-7d0e-4b55-9d0a-5f8d2a6c9e01", slug="soak", name="Soak", confirm_tools=("gated",)
)
KEPT_MESSAGES = 50
COUNTED = (LoggedEvent, ConversationWatch, TurnWatch, Turn, asyncio.Task)


class ScriptModel:
    """Streams what the last user message asks for, and counts how often it was asked."""

    configured = True

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.ended = 0

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelDelta, None]:
        last = request.messages[-1]
        again = last["role"] == "tool"
        text = request.messages[-3]["content"] if again else last["content"]
        script = Script.of(text)
        if script.name and not again:
            self.asked[script.name] += 1
        parks = script.park is not None and not again
        first = script.park or 0 if again else 0
        end = script.park or 0 if parks else script.tokens
        for index in range(first, end):
            await asyncio.sleep(script.gap)
            yield TextDelta(script.token(index))
        calls = (ModelCall("call", "gated", "{}"),) if parks else ()
        self.ended += not parks
        yield Finished("".join(script.token(index) for index in range(first, end)), calls)

    async def complete(self, request: ModelRequest) -> Finished:
        raise AssertionError("nothing asks this")

    def retries_total(self) -> int:
        return 0

    async def close(self) -> None:
        return None


class GatedTool:
    """Waits for a person, then says one word."""

    name = "gated"
    description = "Test double."
    auth_level = "none"
    parameters: ClassVar[dict[str, Any]] = {"type": "object"}

    async def call(self, arguments: Mapping[str, Any], context: ToolContext) -> ToolResult:
        return ToolResult("done")


class Tools:
    """One gated tool for everybody."""

    def tools(self, agent_id: str) -> tuple[GatedTool, ...]:
        return (GatedTool(),)

    async def close(self) -> None:
        return None


class ShortMemory(MemoryStorage):
    """Keeps the newest messages of each conversation: growth is then somebody else's."""

    async def add_reply(self, message: StoredMessage, position: WorkflowPosition | None) -> None:
        await super().add_reply(message, position)
        entry = self._entries[message.conversation_id]
        if len(entry.history) > 2 * KEPT_MESSAGES:
            newest = await self.recent_messages(message.conversation_id, KEPT_MESSAGES)
            entry.history = History(message.conversation_id)
            for kept in newest:
                entry.history.append(kept)


def _stats(model: ScriptModel) -> Route:
    async def stats(request: Request) -> JSONResponse:
        """How many answers are whole; with `?all` also how often scripts ran, and what is alive."""
        if "all" not in request.query_params:
            return JSONResponse({"ended": model.ended})
        gc.collect()
        alive = Counter(type(one) for one in gc.get_objects() if isinstance(one, COUNTED))
        more = {name: count for name, count in model.asked.items() if count > 1}
        told = {"scripts": len(model.asked), "ran_again": more}
        objects = {kind.__name__: alive[kind] for kind in COUNTED}
        objects["Task"] = len(asyncio.all_tasks())
        model.asked.clear()
        return JSONResponse({**told, "objects": objects})

    return Route("/soak", stats)


async def serve(settings: Mapping[str, Any]) -> None:
    """Serve until standard input ends."""
    model = ScriptModel()
    async with serve_local(
        Settings(port=0, **settings),
        model=model,
        agents=Agents([AGENT], AGENT),
        tools=[Tools()],
        routes=[_stats(model)],
    ) as local:
        local.server.services.storage = ShortMemory(fold)
        print(local.port, flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    logging.getLogger("smooth_operator").setLevel(logging.ERROR)
    asyncio.run(serve(json.loads(sys.argv[1])))
