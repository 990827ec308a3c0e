"""`scripted_model`: what the language model will answer, and what it was asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from smooth_operator_conformance.pytest_plugin.script import Script

Json = Any


@dataclass(frozen=True, slots=True)
class Hold:
    """In `says_in`: the answer stops here until `release(name)`."""

    name: str


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """One chat completion that the server asked for. `body` is the JSON it sent."""

    body: Mapping[str, Json]
    headers: Mapping[str, str]
    """Names in lower case."""

    @property
    def messages(self) -> list[dict[str, Json]]:
        """The conversation as the model saw it, system prompt first."""
        return list(self.body.get("messages", ()))

    @property
    def system(self) -> str:
        """The system prompt; empty when there is none."""
        parts = [m["content"] for m in self.messages if m.get("role") == "system"]
        return "\n".join(part for part in parts if isinstance(part, str))

    @property
    def tools(self) -> list[str]:
        """Names of the tools that the model was offered."""
        return [tool["function"]["name"] for tool in self.body.get("tools") or ()]

    @property
    def last(self) -> dict[str, Json]:
        """The last message: what the model was to answer."""
        return self.messages[-1]


class ScriptedModel:
    """The model of one agent in one test. Each entry answers one request, in order.

    An entry that nobody asked for fails the test, and so does a request without an entry. The
    methods return the model, so that they can be chained.
    """

    def __init__(
        self,
        script: Script,
        name: str,
        asked: Callable[[], list[Json]],
        release: Callable[[str], None],
        of: Callable[[str], ScriptedModel],
    ) -> None:
        self._script, self._asked, self._release, self._of = script, asked, release, of
        self.name = name
        """The model name that the server asks for."""

    def says(self, text: str, **more: Json) -> ScriptedModel:
        """Answer with a text. `reasoning="…"`, `usage={…}`, `finish="length"` go with it."""
        return self._add({"text": text, **more})

    def says_in(self, deltas: Iterable[str | Hold], **more: Json) -> ScriptedModel:
        """Answer with a text in these pieces, so that tokens arrive one by one."""
        pieces = [{"gate": d.name} if isinstance(d, Hold) else d for d in deltas]
        return self._add({"deltas": pieces, **more})

    def calls_tool(
        self, name: str, arguments: Mapping[str, Json] | None = None, **more: Json
    ) -> ScriptedModel:
        """Ask for one tool call. `text="…"` is said with it, `id="…"` names the call."""
        call_id = {"id": more.pop("id")} if "id" in more else {}
        return self._add(
            {"calls": [{"name": name, "arguments": arguments or {}, **call_id}], **more}
        )

    def calls_tools(
        self, calls: Sequence[tuple[str, Mapping[str, Json]]], **more: Json
    ) -> ScriptedModel:
        """Ask for several tool calls in one answer."""
        named = [{"name": name, "arguments": dict(arguments)} for name, arguments in calls]
        return self._add({"calls": named, **more})

    def fails(
        self,
        status: int = 500,
        message: str = "scripted refusal",
        *,
        times: int = 1,
        retry_after: float | None = None,
    ) -> ScriptedModel:
        """Refuse the next `times` requests with an HTTP status.

        A server asks again after 408, 429 and 5xx: ours three times in all, so that `times=3`
        makes the turn fail and fewer make it succeed late.
        """
        headers = {} if retry_after is None else {"retry-after": f"{retry_after:g}"}
        entry = {"http": status, "headers": headers, "body": {"error": {"message": message}}}
        for _ in range(times):
            self._add(entry)
        return self

    def drops(self, after: str = "") -> ScriptedModel:
        """Break the connection, after this much of an answer."""
        return self._add({"text": after, "cut": True} if after else {"cut": True})

    def of(self, agent: str) -> ScriptedModel:
        """The model of another agent of this test; raises LookupError."""
        return self._of(agent)

    @property
    def judge(self) -> ScriptedModel:
        """The model that judges workflow steps, where the agent has a `judgeModel`.

        It may be asked though nothing is scripted; it refuses then.
        """
        return self._side("judge")

    @property
    def preamble(self) -> ScriptedModel:
        """The model that says what the agent is about to do; as `judge`, for `preambleModel`."""
        return self._side("preamble")

    def _side(self, side: str) -> ScriptedModel:
        return self._of(f"{self._script.inbox.removeprefix('model:')}.{side}")

    def release(self, name: str) -> None:
        """Let answers that stop at `Hold(name)` go on, now and later."""
        self._release(name)

    @property
    def requests(self) -> list[ModelRequest]:
        """What the model was asked so far, in order."""
        bodies = [dict(body) for body in self._asked()]
        return [ModelRequest(body, body.pop("$headers", {})) for body in bodies]

    def _add(self, entry: dict[str, Json]) -> ScriptedModel:
        self._script.entries.append(entry)
        return self
