"""Tests of an app developer that must all pass; `test_plugin.py` runs them."""

from __future__ import annotations

import pytest
from smooth_operator import (
    OtpSentEvent,
    StreamPreambleEvent,
    StreamTokenEvent,
    connect,
)
from smooth_operator.sync import connect as connect_sync
from smooth_operator_conformance.pytest_plugin import (
    Hold,
    ScriptedModel,
    ScriptedTools,
    SmoothServer,
)

WORKFLOW = {"steps": [{"id": "ask", "instructions": "Ask for the number.", "doneWhen": "Given."}]}


def answer(server: SmoothServer, text: str = "Hi", agent: str = "") -> str:
    """One turn in a session of its own."""
    with connect_sync(server.url) as client:
        session = client.create_session(agent or server.agent_id)
        return session.send(text).answer().text


def test_without_any_async_plugin(
    smooth_server: SmoothServer, scripted_model: ScriptedModel
) -> None:
    scripted_model.says("Hello.")
    assert answer(smooth_server) == "Hello."
    assert scripted_model.requests[0].last == {"role": "user", "content": "Hi"}


@pytest.mark.asyncio
async def test_with_asyncio(smooth_server: SmoothServer, scripted_model: ScriptedModel) -> None:
    scripted_model.says_in(["a", "b"])
    async with connect(smooth_server.url) as client:
        session = await client.create_session(smooth_server.agent_id)
        turn = session.send("Hi")
        tokens = [event.token async for event in turn if isinstance(event, StreamTokenEvent)]
    assert "".join(tokens) == "ab"


@pytest.mark.anyio
async def test_with_anyio(smooth_server: SmoothServer, scripted_model: ScriptedModel) -> None:
    scripted_model.says("Hello.")
    async with connect(smooth_server.url) as client:
        session = await client.create_session(smooth_server.agent_id)
        assert (await session.send("Hi")).text == "Hello."


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.parametrize("number", range(3))
def test_each_case_has_an_agent_of_its_own(
    number: int, smooth_server: SmoothServer, scripted_model: ScriptedModel
) -> None:
    scripted_model.says(f"This is {number}.")
    assert answer(smooth_server) == f"This is {number}."
    assert len(scripted_model.requests) == 1


def test_two_turns_and_braces_are_text(
    smooth_server: SmoothServer, scripted_model: ScriptedModel
) -> None:
    scripted_model.says("{{case.x}}").says("{{uuid}}")
    with connect_sync(smooth_server.url) as client:
        session = client.create_session(smooth_server.agent_id)
        assert session.send("{{now}}").answer().text == "{{case.x}}"
        assert session.send("And?").answer().text == "{{uuid}}"
    roles = [message["role"] for message in scripted_model.requests[1].messages]
    assert roles[-3:] == ["user", "assistant", "user"]


@pytest.mark.asyncio
async def test_an_answer_can_be_held(
    smooth_server: SmoothServer, scripted_model: ScriptedModel
) -> None:
    scripted_model.says_in(["Wait", Hold("more"), " no longer."])
    async with connect(smooth_server.url) as client:
        turn = (await client.create_session(smooth_server.agent_id)).send("Hi")
        async for event in turn:
            if isinstance(event, StreamTokenEvent) and event.token == "Wait":
                assert not turn.done
                scripted_model.release("more")
        assert (await turn).text == "Wait no longer."


def test_a_model_that_stumbles(smooth_server: SmoothServer, scripted_model: ScriptedModel) -> None:
    scripted_model.fails(429, retry_after=0).drops().says("At last.")
    assert answer(smooth_server) == "At last."


@pytest.mark.smooth(tools=["plain", {"name": "described", "description": "Described."}])
def test_tools(
    smooth_server: SmoothServer, scripted_model: ScriptedModel, scripted_tool: ScriptedTools
) -> None:
    scripted_model.calls_tools([("plain", {"a": 1}), ("described", {})], text="One moment.")
    scripted_model.calls_tool("plain", id="k9").says("Done.")
    plain = scripted_tool("plain").returns("first").says_error("second")
    described = scripted_tool("described").always_returns("always")
    assert answer(smooth_server).endswith("Done.")
    assert [call.arguments for call in plain.calls] == [{"a": 1}, {}]
    assert described.calls[0].body["toolName"] == "described"
    assert {"plain", "described"} <= set(scripted_model.requests[0].tools)
    assert [m["content"] for m in scripted_model.requests[2].messages if m["role"] == "tool"] == [
        "first",
        "always",
        "second",
    ]


@pytest.mark.smooth(tools=["broken"])
def test_tools_that_break(
    smooth_server: SmoothServer, scripted_model: ScriptedModel, scripted_tool: ScriptedTools
) -> None:
    scripted_model.calls_tool("broken").calls_tool("broken").says("Sorry.")
    scripted_tool("broken").fails(503).drops()
    assert answer(smooth_server) == "Sorry."


@pytest.mark.smooth(
    agent={"instructions": "You are {terse}.", "greeting": "Welcome."},
    knowledge={"hours": "We are open from nine to five."},
)
class TestMarkersAddUp:
    """The class says who the agent is, a test adds to it."""

    def test_the_agent(self, smooth_server: SmoothServer, scripted_model: ScriptedModel) -> None:
        scripted_model.says("Nine.")
        assert answer(smooth_server, "When are you open?") == "Nine."
        assert "You are {terse}." in scripted_model.requests[0].system
        assert "nine to five" in scripted_model.requests[0].system

    @pytest.mark.smooth(settings={"SMOOTH_AGENT_MODEL_ATTEMPTS": 1})
    def test_other_settings_are_another_server(
        self, smooth_server: SmoothServer, scripted_model: ScriptedModel
    ) -> None:
        assert smooth_server.env["SMOOTH_AGENT_MODEL_ATTEMPTS"] == "1"
        scripted_model.says("Still terse.")
        assert answer(smooth_server) == "Still terse."
        assert "You are {terse}." in scripted_model.requests[0].system


@pytest.mark.smooth(agents={"Front desk": {}, "billing": {"persona": "Dry."}})
def test_several_agents(smooth_server: SmoothServer, scripted_model: ScriptedModel) -> None:
    scripted_model.says("Desk.")
    scripted_model.of("billing").says("Bill.")
    assert answer(smooth_server) == "Desk."
    assert answer(smooth_server, agent=smooth_server.agents["billing"]) == "Bill."
    assert "Dry." in scripted_model.of("billing").requests[0].system


FIXED = {"id": "11111111-2222-4333-8444-555555555555", "slug": "fixed"}


@pytest.mark.smooth(agents={"fixed": FIXED}, own_server=True)
def test_a_server_of_its_own_keeps_the_ids(
    smooth_server: SmoothServer, scripted_model: ScriptedModel
) -> None:
    scripted_model.says("By id.").says("By slug.").says("By default.")
    assert smooth_server.agent_id == FIXED["id"]
    assert answer(smooth_server, agent=FIXED["id"]) == "By id."
    assert answer(smooth_server, agent="fixed") == "By slug."
    assert answer(smooth_server, agent="anybody") == "By default."


@pytest.mark.smooth(agent={"workflow": WORKFLOW, "judgeModel": "any", "preambleModel": "any"})
@pytest.mark.asyncio
async def test_the_models_beside_it(
    smooth_server: SmoothServer, scripted_model: ScriptedModel
) -> None:
    scripted_model.says_in([Hold("preamble"), "Your number, please?"])
    scripted_model.preamble.says("I will ask.")
    scripted_model.judge.says('{"done": false}')
    async with connect(smooth_server.url) as client:
        turn = (await client.create_session(smooth_server.agent_id)).send("Hi")
        async for event in turn:
            if isinstance(event, StreamPreambleEvent):
                scripted_model.release("preamble")
        assert (await turn).text == "Your number, please?"
    assert len(scripted_model.judge.requests) == 1


@pytest.mark.smooth(agent={"judgeModel": "any", "workflow": WORKFLOW})
def test_the_models_beside_it_need_no_script(
    smooth_server: SmoothServer, scripted_model: ScriptedModel
) -> None:
    scripted_model.says("Your number, please?")
    assert answer(smooth_server) == "Your number, please?"


@pytest.mark.smooth(
    agent={"visibility": "public"}, tools=[{"name": "mine", "authLevel": "end_user"}]
)
@pytest.mark.asyncio
async def test_one_time_codes(
    smooth_server: SmoothServer, scripted_model: ScriptedModel, scripted_tool: ScriptedTools
) -> None:
    scripted_model.calls_tool("mine").says("It is yours.")
    scripted_tool("mine").returns("yours")
    async with connect(smooth_server.url) as client:
        session = await client.create_session(smooth_server.agent_id, user_email="pat@shop.example")
        turn = session.send("Mine?")
        async for event in turn:
            if isinstance(event, OtpSentEvent):
                assert (await turn.verify(smooth_server.codes[-1])).verified
        assert (await turn).text == "It is yours."


def test_its_log(smooth_server: SmoothServer, scripted_model: ScriptedModel) -> None:
    scripted_model.says("Hello.")
    answer(smooth_server)
    assert any("turn_ended" in line for line in smooth_server.log)
