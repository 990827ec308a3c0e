"""Doubles: a model, tools and a code delivery that go on only when the test says so."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from typing import Any, ClassVar

from smooth_operator_server.engine.model import (
    Finished,
    ModelCall,
    ModelDelta,
    ModelError,
    ModelRequest,
    TextDelta,
    Usage,
)
from smooth_operator_server.otp.base import OtpNotSent
from smooth_operator_server.tools.base import ToolContext, ToolResult

from .plans import CALLS, FAIL, Plan


class Patience:
    """Seconds after which something that never comes fails its sequence.

    Once a sequence failed there is less of it, so that shrinking does not take hours.
    """

    seconds = 20.0

    @classmethod
    def lose(cls) -> None:
        cls.seconds = 1.0


Hold = tuple[str, str]
"""Whose turn (its message text) waits where: `m<answer>.<unit>` or `t<answer>.<call>`."""


class Holds:
    """Every place where the server waits for the world now."""

    def __init__(self) -> None:
        self.waiting: dict[Hold, asyncio.Future[None]] = {}
        self._changed = asyncio.Event()

    async def wait(self, hold: Hold) -> None:
        assert hold not in self.waiting, f"the server came to {hold} twice"
        self.waiting[hold] = asyncio.get_running_loop().create_future()
        self._changed.set()
        try:
            await self.waiting[hold]
        finally:
            del self.waiting[hold]
            self._changed.set()

    def release(self, hold: Hold) -> bool:
        """False: nobody waits there any more."""
        gate = self.waiting.get(hold)
        if gate is None or gate.done():
            return False
        gate.set_result(None)
        return True

    async def become(self, prefix: str, expected: set[Hold]) -> None:
        """Wait until the server waits exactly there, and nowhere else."""
        try:
            async with asyncio.timeout(Patience.seconds):
                while self._now(prefix) != expected:
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            now = sorted(self._now(prefix))
            raise AssertionError(f"waits at {now} instead of {sorted(expected)}") from None

    def _now(self, prefix: str) -> set[Hold]:
        waiting = self.waiting.items()
        return {key for key, gate in waiting if key[0].startswith(prefix) and not gate.done()}


class HeldModel:
    """Plays the plan that the last user message names, from the place the messages show."""

    configured = True

    def __init__(self, holds: Holds) -> None:
        self.plans: dict[str, Plan] = {}
        self.requests: dict[str, list[ModelRequest]] = {}
        self._holds = holds

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelDelta, None]:
        text, answers = _place(request)
        self.requests.setdefault(text, []).append(request)
        answer = self.plans[text].answers[answers]
        for unit, piece in enumerate(answer.pieces):
            await self._holds.wait((text, f"m{answers}.{unit}"))
            yield TextDelta(piece)
        await self._holds.wait((text, f"m{answers}.{len(answer.pieces)}"))
        if answer.end == FAIL:
            raise ModelError("the plan says so")
        calls = tuple(_call(text, answers, i, kind) for i, kind in enumerate(answer.calls))
        yield Finished("".join(answer.pieces), calls, Usage(2, 1, 0.5))

    async def complete(self, request: ModelRequest) -> Finished:
        raise ModelError("nothing asks this")

    def retries_total(self) -> int:
        return 0

    async def close(self) -> None:
        return None


def _place(request: ModelRequest) -> tuple[str, int]:
    """The turn's text, and how many of its answers came already."""
    last = max(i for i, said in enumerate(request.messages) if said["role"] == "user")
    after = [said for said in request.messages[last + 1 :] if said["role"] == "assistant"]
    text = request.messages[last]["content"]
    assert isinstance(text, str)
    return text, len(after)


def _call(text: str, answer: int, index: int, kind: str) -> ModelCall:
    shape = CALLS[kind]
    arguments: Mapping[str, Any] = shape.arguments
    if shape.runs:
        arguments = {"turn": text, "hold": f"t{answer}.{index}", **arguments}
    return ModelCall(f"k{index}", shape.tool, json.dumps(arguments))


class HeldTool:
    """Answers with the name of its hold."""

    description = "Test double."
    parameters: ClassVar[dict[str, Any]] = {
        "type": "object",
        "properties": {
            "turn": {"type": "string"},
            "hold": {"type": "string"},
            "fails": {"type": "boolean"},
        },
        "required": ["turn", "hold"],
        "additionalProperties": False,
    }

    def __init__(self, name: str, auth_level: str, holds: Holds) -> None:
        self.name = name
        self.auth_level = auth_level
        self._holds = holds

    async def call(self, arguments: Mapping[str, Any], context: ToolContext) -> ToolResult:
        if "turn" not in arguments:
            return ToolResult("ran without its arguments")
        hold = arguments["hold"]
        await self._holds.wait((arguments["turn"], hold))
        return ToolResult(f"{self.name} {hold}", is_error=arguments.get("fails", False))


class HeldTools:
    """The tools that the plans call."""

    def __init__(self, holds: Holds) -> None:
        self._tools = (
            HeldTool("look", "none", holds),
            HeldTool("write_row", "none", holds),
            HeldTool("secret", "end_user", holds),
            HeldTool("write_secret", "end_user", holds),
            HeldTool("root", "admin", holds),
        )

    def tools(self, agent_id: str) -> tuple[HeldTool, ...]:
        return self._tools

    async def close(self) -> None:
        return None


class Post:
    """Keeps the codes that were sent; refuses while `broken`."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, str]] = []
        """Session, destination, code."""
        self.broken = False

    async def send(self, *, session_id: str, channel: str, destination: str, code: str) -> None:
        for _ in range(5):
            await asyncio.sleep(0)
        if self.broken:
            raise OtpNotSent("the post is broken")
        self.sent.append((session_id, destination, code))

    async def close(self) -> None:
        return None
