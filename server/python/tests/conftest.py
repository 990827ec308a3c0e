"""A scripted model and a plain WebSocket peer: what every server test plays with."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any, ClassVar

import pytest
import websockets
from smooth_operator_server.engine.model import (
    Finished,
    ModelCall,
    ModelDelta,
    ModelError,
    ModelRequest,
    ReasoningDelta,
    TextDelta,
    Usage,
)
from smooth_operator_server.tools.base import ToolContext, ToolResult

PATIENCE = 5.0
"""Seconds after which an event that never comes fails its test."""

NO_USAGE = object()


@dataclass
class Step:
    """One scripted model answer. A gate holds the answer before the delta of the same index."""

    deltas: tuple[str, ...] = ()
    calls: tuple[ModelCall, ...] = ()
    reasoning: tuple[str, ...] = ()
    gates: dict[int, asyncio.Event] = field(default_factory=dict)
    fails: bool = False
    usage: Any = None


class ScriptedModel:
    """Plays its steps in order and keeps what it was asked."""

    def __init__(self, *steps: Step) -> None:
        self.steps = list(steps)
        self.requests: list[ModelRequest] = []
        self.completions: list[str] = []
        self.completed: list[ModelRequest] = []
        self.cut = asyncio.Event()
        """Set when a running answer was closed before its end."""

    @property
    def configured(self) -> bool:
        return True

    def retries_total(self) -> int:
        return 0

    def says(self, *deltas: str, **more: Any) -> ScriptedModel:
        self.steps.append(Step(deltas=deltas, **more))
        return self

    def calls(self, *calls: tuple[str, Any], text: str = "") -> ScriptedModel:
        made = tuple(
            ModelCall(f"k{index}", name, args if isinstance(args, str) else json.dumps(args))
            for index, (name, args) in enumerate(calls)
        )
        self.steps.append(Step(deltas=(text,) if text else (), calls=made))
        return self

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelDelta, None]:
        self.requests.append(request)
        step = self.steps.pop(0)
        whole = False
        try:
            for text in step.reasoning:
                yield ReasoningDelta(text)
            for index, text in enumerate(step.deltas):
                if index in step.gates:
                    await step.gates[index].wait()
                yield TextDelta(text)
            if len(step.deltas) in step.gates:
                await step.gates[len(step.deltas)].wait()
            if step.fails:
                raise ModelError("the script says so")
            whole = True
            usage = None if step.usage is NO_USAGE else step.usage or Usage(10, 5, 0.5)
            yield Finished("".join(step.deltas), step.calls, usage)
        finally:
            if not whole:
                self.cut.set()

    async def complete(self, request: ModelRequest) -> Finished:
        self.completed.append(request)
        if not self.completions:
            raise ModelError("nothing is scripted")
        return Finished(self.completions.pop(0), usage=Usage(1, 1, 0.25))

    async def close(self) -> None:
        return None


class Peer:
    """One socket: sends frames, reads events, and knows how to open a session."""

    def __init__(self, socket: websockets.ClientConnection) -> None:
        self.socket = socket

    async def send(self, action: str, **fields: Any) -> None:
        await self.socket.send(json.dumps({"action": action, **fields}))

    async def next(self) -> dict[str, Any]:
        text = await asyncio.wait_for(self.socket.recv(), PATIENCE)
        event: dict[str, Any] = json.loads(text)
        return event

    async def ask(self, action: str, **fields: Any) -> dict[str, Any]:
        await self.send(action, **fields)
        return await self.next()

    async def until(self, type: str) -> list[dict[str, Any]]:
        """Everything up to and including the next event of that type."""
        events = [await self.next()]
        while events[-1]["type"] != type:
            events.append(await self.next())
        return events

    async def session(self, **fields: Any) -> str:
        """Open a session; its id. The whole answer stays in `opened`."""
        fields.setdefault("agentId", "any")
        self.opened = await self.ask("create_conversation_session", requestId="open", **fields)
        assert self.opened["type"] == "immediate_response", self.opened
        session_id: str = self.opened["data"]["sessionId"]
        return session_id

    async def quiet(self) -> None:
        """Nothing is on its way: the next event answers a ping."""
        event = await self.ask("ping", requestId="barrier")
        assert event["type"] == "pong", event

    async def closed(self) -> int:
        """The code of the close that comes next."""
        await asyncio.wait_for(self.socket.wait_closed(), PATIENCE)
        return self.socket.close_code or 0


Connect = Callable[..., Any]


@pytest.fixture
async def connect() -> Any:
    """`await connect(server, hello=[...])` opens a socket that the test need not close."""
    async with AsyncExitStack() as stack:

        async def open_peer(server: Any, *, hello: list[str] | None = None, **more: Any) -> Peer:
            query = more.pop("query", "")
            socket = await stack.enter_async_context(
                websockets.connect(server.ws_url + query, max_size=2**21, **more)
            )
            peer = Peer(socket)
            if hello is not None:
                welcome = await peer.ask("hello", protocolVersions=["1"], supports=hello)
                assert welcome["type"] == "welcome", welcome
            return peer

        yield open_peer


@pytest.fixture
def model() -> ScriptedModel:
    return ScriptedModel()


@pytest.fixture
def gate() -> asyncio.Event:
    return asyncio.Event()


class LocalTool:
    """An in-process tool; a gate holds its answer."""

    parameters: ClassVar[dict[str, Any]] = {
        "type": "object",
        "properties": {"id": {"type": "string"}},
        "required": ["id"],
        "additionalProperties": False,
    }
    description = "Test double."

    def __init__(
        self,
        name: str,
        result: ToolResult | None = None,
        *,
        auth_level: str = "none",
        gate: asyncio.Event | None = None,
    ) -> None:
        self.name = name
        self.auth_level = auth_level
        self.result = result or ToolResult(name.upper())
        self.gate = gate
        self.seen: list[tuple[Any, ToolContext]] = []
        self.cut = asyncio.Event()
        self.called = asyncio.Event()

    async def call(self, arguments: Any, context: ToolContext) -> ToolResult:
        self.seen.append((arguments, context))
        self.called.set()
        if self.gate is not None:
            try:
                await self.gate.wait()
            except asyncio.CancelledError:
                self.cut.set()
                raise
        return self.result


class Toolbox:
    """A `ToolProvider` of in-process tools."""

    def __init__(self, *tools: LocalTool) -> None:
        self._tools = tools

    def tools(self, agent_id: str) -> tuple[LocalTool, ...]:
        return self._tools

    async def close(self) -> None:
        return None


@pytest.fixture
def tool() -> type[LocalTool]:
    return LocalTool


@pytest.fixture
def toolbox() -> type[Toolbox]:
    return Toolbox
