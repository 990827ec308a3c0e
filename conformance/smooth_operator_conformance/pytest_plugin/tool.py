"""`scripted_tool("name")`: what an HTTP tool answers, and how it was called."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from smooth_operator_conformance.pytest_plugin.script import Script

Json = Any


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One call that the server made. `body` is the whole invocation."""

    body: Mapping[str, Json]
    headers: Mapping[str, str]
    """Names in lower case."""

    @property
    def arguments(self) -> Mapping[str, Json]:
        """What the model called it with."""
        return dict(self.body.get("arguments", {}))


class ScriptedTool:
    """One tool of one agent in one test. Each answer serves one call, in order.

    A call without an answer fails the test, and so does an answer that no call fetched.
    """

    def __init__(
        self,
        script: Script,
        name: str,
        called: Callable[[], list[Json]],
    ) -> None:
        self._script, self._called = script, called
        self.name = name

    def returns(self, result: str, *, directive: Mapping[str, Json] | None = None) -> ScriptedTool:
        """Answer one call; `directive` is for the app (decided by the tool, seen by the client)."""
        return self._add(_answer(result, directive))

    def always_returns(
        self, result: str, *, directive: Mapping[str, Json] | None = None
    ) -> ScriptedTool:
        """Answer every call that has no answer of its own, be it none."""
        self._script.standing = _answer(result, directive)
        return self

    def says_error(self, result: str) -> ScriptedTool:
        """Answer one call with an error that the model reads."""
        return self._add({"result": result, "isError": True})

    def fails(self, status: int = 500) -> ScriptedTool:
        """Refuse one call with an HTTP status."""
        return self._add({"http": status, "result": ""})

    def drops(self) -> ScriptedTool:
        """Break the connection of one call."""
        return self._add({"cut": True})

    @property
    def calls(self) -> list[ToolCall]:
        """How it was called so far, in order."""
        bodies = [dict(body) for body in self._called()]
        return [ToolCall(body, body.pop("$headers", {})) for body in bodies]

    def _add(self, answer: dict[str, Json]) -> ScriptedTool:
        self._script.entries.append(answer)
        return self


class ScriptedTools(Protocol):
    """`scripted_tool("name")`; of several agents `scripted_tool("name", "agent")`."""

    def __call__(self, name: str, agent: str = "") -> ScriptedTool:
        """The tool; raises LookupError when neither marker nor agents file describes it."""


def _answer(result: str, directive: Mapping[str, Json] | None) -> dict[str, Json]:
    return {"result": result, **({} if directive is None else {"directive": dict(directive)})}
