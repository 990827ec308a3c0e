"""The loop without a server: order of calls, the last iteration, nothing left running."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from smooth_operator_server.engine.loop import Answer, LoopSettings, run
from smooth_operator_server.engine.model import (
    Finished,
    ModelCall,
    ModelDelta,
    ModelError,
    ModelRequest,
    TextDelta,
)
from smooth_operator_server.engine.tools import CallResult


class Planned:
    """A call that ends when its test says so."""

    def __init__(self, call: ModelCall, gated: bool, log: list[str], first: bool = True) -> None:
        self.call = call
        self.gated = gated
        self._log = log
        self._announces = first

    async def run(self, announce: Callable[[], None]) -> CallResult:
        if self.gated:
            self._log.append(f"ask {self.call.name}")
            if self._announces:
                announce()
            await asyncio.sleep(0)
            announce()
        await asyncio.sleep(0)
        return CallResult(self.call.name.upper())


class Tools:
    definitions: Sequence[Any] = ({"type": "function"},)

    def __init__(self, gated: set[str], log: list[str]) -> None:
        self._gated = gated
        self._log = log

    async def plan(self, calls: Sequence[ModelCall]) -> list[Planned]:
        return [Planned(call, call.name in self._gated, self._log) for call in calls]


class Heard:
    def __init__(self, log: list[str]) -> None:
        self._log = log

    def token(self, text: str) -> None:
        self._log.append(text)

    def reasoning(self, text: str) -> None:
        self._log.append(f"({text})")

    def tool_called(self, planned: Any) -> None:
        self._log.append(f"call {planned.call.name}")

    def tool_ended(self, planned: Any, result: CallResult) -> None:
        self._log.append(f"end {planned.call.name}")


class Script:
    configured = True

    def __init__(self, *answers: Finished | Exception) -> None:
        self._answers = list(answers)
        self.requests: list[ModelRequest] = []
        self.open = 0

    def retries_total(self) -> int:
        return 0

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelDelta, None]:
        self.requests.append(request)
        self.open += 1
        try:
            answer = self._answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            if answer.text:
                yield TextDelta(answer.text)
            yield answer
        finally:
            self.open -= 1

    async def complete(self, request: ModelRequest) -> Finished:
        raise AssertionError("the loop only streams")

    async def close(self) -> None:
        return None


def calls(*names: str) -> Finished:
    made = tuple(ModelCall(f"k{i}", name, "{}") for i, name in enumerate(names))
    return Finished("", made)


async def play(
    script: Script, gated: set[str], most: int = 5
) -> tuple[Answer, list[str], list[Finished]]:
    log: list[str] = []
    answered: list[Finished] = []
    answer = await run(
        script,
        LoopSettings("m", most, 10),
        [{"role": "user", "content": "hi"}],
        Tools(gated, log),
        Heard(log),
        answered.append,
    )
    return answer, log, answered


async def test_an_answer_without_calls_ends_it() -> None:
    script = Script(Finished("Hello."))
    answer, log, answered = await play(script, set())
    assert (answer, log, len(answered)) == (Answer("Hello."), ["Hello."], 1)
    assert script.open == 0


async def test_gated_calls_follow_one_another_and_nothing_reports_before_the_first() -> None:
    script = Script(calls("a", "G", "b", "H"), Finished("Done."))
    answer, log, _ = await play(script, {"G", "H"})
    assert log[:4] == ["call a", "call b", "ask G", "call G"]
    assert log.index("end G") < log.index("ask H") < log.index("call H") < log.index("end H")
    assert log.index("end a") < log.index("end b")
    assert log[-1] == "Done."
    assert [m["role"] for m in answer.records] == ["assistant", "tool", "tool", "tool", "tool"]
    assert [m["tool_call_id"] for m in answer.records[1:]] == ["k0", "k1", "k2", "k3"]


@given(st.lists(st.sampled_from("abcGH"), min_size=1, max_size=6))
def test_the_order_holds_for_any_mix(names: list[str]) -> None:
    distinct = [f"{name}{index}" for index, name in enumerate(names)]
    gated = {name for name in distinct if name[0] in "GH"}
    free = [name for name in distinct if name not in gated]
    held = [name for name in distinct if name in gated]
    _, log, _ = asyncio.run(play(Script(calls(*distinct), Finished("x")), gated))
    assert log[: len(free)] == [f"call {name}" for name in free]
    assert [line for line in log if line in {f"end {n}" for n in free}] == [
        f"end {name}" for name in free
    ]
    expected = [f"{verb} {name}" for name in held for verb in ("ask", "call", "end")]
    assert [line for line in log if line.split()[-1] in gated] == expected
    if held:
        first = log.index(f"call {held[0]}")
        assert not any(line.startswith("end") for line in log[:first])


async def test_the_last_iteration_is_made_without_tools_and_its_calls_are_ignored() -> None:
    script = Script(calls("a"), calls("b"))
    answer, log, answered = await play(script, set(), most=2)
    assert (answer.text, log, len(answered)) == ("", ["call a", "end a"], 2)
    assert [bool(request.tools) for request in script.requests] == [True, False]


async def test_a_model_that_gives_up_leaves_nothing_open() -> None:
    script = Script(calls("a"), ModelError("no"))
    with pytest.raises(ModelError):
        await play(script, set())
    assert script.open == 0
