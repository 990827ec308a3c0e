"""Published scenario files: told in our grammar, replayed unchanged, lenient about leftovers."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from smooth_operator_conformance.match.stream import Stream
from smooth_operator_conformance.records import TraceEntry
from smooth_operator_conformance.run.command import RunArgs, make_plan
from smooth_operator_conformance.run.engine import Engine, Outcome
from smooth_operator_conformance.scenario.placeholders import Scope
from smooth_operator_conformance.scenario.published import is_published, translate

AGENT = "11111111-2222-4333-8444-555555555555"
FILE: dict[str, Any] = {
    "name": "harbour-talk",
    "description": "A turn about the harbour.",
    "mockLlmScript": [
        {"kind": "text", "text": "It opens at six."},
        {"kind": "text", "text": "Never used."},
    ],
    "somethingElse": True,
    "steps": [
        {
            "send": {"action": "create_conversation_session", "requestId": "r1", "agentId": AGENT},
            "expect": [
                {
                    "type": "immediate_response",
                    "status": 200,
                    "capture": {"sessionId": "data.sessionId"},
                }
            ],
        },
        {
            "send": {
                "action": "send_message",
                "requestId": "r2",
                "sessionId": "{{sessionId}}",
                "message": "When does it open?",
            },
            "expect": [
                {"type": "immediate_response", "statusGte": 202},
                {
                    "type": "stream_token",
                    "repeat": True,
                    "accumulate": "token",
                    "assertAccumulated": "It opens at six.",
                },
                {
                    "type": "eventual_response",
                    "assert": {"data.data.response.responseParts.0": "It opens at six."},
                },
            ],
        },
    ],
}
SERVER = Path(__file__).parent.parent / "fakes" / "small_server.py"


async def replay(folder: Path, raw: dict[str, Any], *, isolate: bool = False) -> Outcome:
    (folder / "harbour-talk.json").write_text(json.dumps(raw))
    target = f"cmd:{sys.executable} {SERVER}"
    args = RunArgs(targets=(target,), corpus=folder, isolate=isolate, deadline=2.0)
    return await Engine(make_plan(args), None).run()


def test_such_a_file_is_told_from_ours() -> None:
    assert is_published(FILE)
    assert not is_published({**FILE, "profile": "shared"})
    assert not is_published([FILE])
    assert not is_published({"steps": [{"open": {"on": "a"}}]})


def test_it_is_told_in_our_grammar() -> None:
    scenario = translate(FILE, "harbour-talk")
    case = scenario.cases()[0]
    sends = [step["send"]["frame"] for step in case.steps if "send" in step]
    assert [frame.get("agentId") for frame in sends] == ["{{agents.main.id}}", None]
    assert sends[1]["sessionId"] == "{{v_sessionId}}"
    assert case.agents["main"]["script"][0] == {"text": "It opens at six."}
    assert scenario.checks == 8
    verbatim = translate(FILE, "harbour-talk", verbatim=True)
    assert verbatim.cases()[0].steps[1]["send"]["frame"]["agentId"] == AGENT
    assert verbatim.exclusive


def test_tools_answer_the_same_however_often() -> None:
    tool = {"name": "f", "description": "", "parameters": {}, "result": {"a": 1}}
    call = {"kind": "toolCall", "name": "f", "arguments": "{}"}
    raw = {**FILE, "server": {"tools": [tool], "confirmTools": ["f"]}, "mockLlmScript": [call]}
    agent = translate(raw, "x").cases()[0].agents["main"]
    assert agent["tools"][0]["answers"] == [{"result": '{"a": 1}', "always": True}]
    assert agent["confirmTools"] == ["f"]
    assert agent["script"] == [{"calls": [{"id": "call-1", "name": "f", "arguments": "{}"}]}]


def frame(**value: Any) -> TraceEntry:
    return TraceEntry(0.0, "a", "in", "frame", value)


def test_a_run_of_frames_ends_at_another_one() -> None:
    items = [{"$many": {"type": "t"}, "field": "token", "text": "ab"}, {"type": "end"}]
    made = Stream(items, Scope({}), lambda: "p")
    for entry in (frame(type="t", token="a"), frame(type="t", token="b"), frame(type="end")):
        assert made.feed(entry) is None
    assert made.done
    short = Stream(items, Scope({}), lambda: "p")
    assert short.feed(frame(type="t", token="a")) is None
    assert short.feed(frame(type="end")) is not None
    none = Stream([{"$many": {"type": "t"}}], Scope({}), lambda: "p")
    assert none.feed(frame(type="end")) is not None


async def test_it_replays_with_leftovers_as_notes(tmp_path: Path) -> None:
    outcome = await replay(tmp_path, FILE)
    case = outcome.cases[0]
    assert case.outcome == "pass", case.findings
    assert f"rebound {AGENT}" in case.notes
    assert any("entries are left" in note for note in case.notes)


async def test_what_it_asserts_is_held(tmp_path: Path) -> None:
    raw = json.loads(json.dumps(FILE).replace('"It opens at six."}}', '"It opens at ten."}}'))
    outcome = await replay(tmp_path, raw)
    assert outcome.cases[0].findings[0].path == "/data/data/response/responseParts/0"


async def test_isolated_it_keeps_its_agent_id(tmp_path: Path) -> None:
    # The small server knows no other agents, so the verbatim id finds nobody.
    outcome = await replay(tmp_path, FILE, isolate=True)
    assert outcome.cases[0].outcome == "fail"
    assert not any("rebound" in note for note in outcome.cases[0].notes)


@pytest.mark.parametrize("differs", [[], ["python"]])
async def test_known_divergences_are_expected(tmp_path: Path, differs: list[str]) -> None:
    raw = {**FILE, "knownDivergences": differs}
    (tmp_path / "harbour-talk.json").write_text(json.dumps(raw))
    args = RunArgs(targets=("null:error",), corpus=tmp_path, deadline=0.5)
    plan = make_plan(args)
    from dataclasses import replace

    plan.targets = [replace(plan.targets[0], language="python")]
    outcome = await Engine(plan, None).run()
    assert outcome.cases[0].outcome == ("expected-fail" if differs else "fail")
