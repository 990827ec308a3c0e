"""Tests of an app developer that must fail; `test_plugin.py` knows what each has to be told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from smooth_operator import ServerError
from smooth_operator.sync import connect
from smooth_operator_conformance.pytest_plugin import ScriptedModel, ScriptedTools, SmoothServer


def answer(server: SmoothServer, agent: str = "") -> str:
    """One turn in a session of its own."""
    with connect(server.url) as client:
        return client.create_session(agent or server.agent_id).send("Hi").answer().text


def test_left_over(smooth_server: SmoothServer, scripted_model: ScriptedModel) -> None:
    scripted_model.says("Hello.").says("Unheard.").fails(429).drops("Half")
    assert answer(smooth_server) == "Hello."


def test_left_over_though_no_server(scripted_model: ScriptedModel) -> None:
    scripted_model.calls_tool("look_up", {"order": 7})


def test_unscripted_and_swallowed(
    smooth_server: SmoothServer, scripted_model: ScriptedModel
) -> None:
    with pytest.raises(ServerError):
        answer(smooth_server)


def test_unscripted(smooth_server: SmoothServer) -> None:
    answer(smooth_server)


def test_an_assertion(smooth_server: SmoothServer, scripted_model: ScriptedModel) -> None:
    scripted_model.says("Hello.")
    assert answer(smooth_server) == "Good bye."


@pytest.mark.smooth(tools=["look_up"])
def test_a_tool_without_answer(smooth_server: SmoothServer, scripted_model: ScriptedModel) -> None:
    scripted_model.calls_tool("look_up", {"order": 7}).says("I could not.")
    answer(smooth_server)


@pytest.mark.smooth(tools=["look_up"])
def test_a_tool_that_was_not_called(
    smooth_server: SmoothServer, scripted_model: ScriptedModel, scripted_tool: ScriptedTools
) -> None:
    scripted_tool("look_up").returns("seven")
    scripted_model.says("I need no tool.")
    answer(smooth_server)


def test_a_tool_that_is_not_there(scripted_tool: ScriptedTools) -> None:
    scripted_tool("look_up")


def test_an_agent_that_is_not_there(scripted_model: ScriptedModel) -> None:
    scripted_model.of("billing")


def test_a_judge_that_is_not_there(scripted_model: ScriptedModel) -> None:
    scripted_model.judge.says("yes")


def test_a_foreign_agent(smooth_server: SmoothServer) -> None:
    with pytest.raises(ServerError):
        answer(smooth_server, "somebody")


@pytest.mark.smooth(agnet={})
def test_a_key_that_nobody_knows(smooth_server: SmoothServer) -> None: ...


@pytest.mark.smooth("agent")
def test_an_argument_without_a_key(smooth_server: SmoothServer) -> None: ...


@pytest.mark.smooth(agent={"confirmtools": ["x"]})
def test_an_impossible_agent(smooth_server: SmoothServer) -> None: ...


@pytest.mark.smooth(agents="nowhere.json")
def test_no_agents_file(smooth_server: SmoothServer) -> None: ...


@pytest.mark.smooth(settings={"SMOOTH_AGENT_PORT": "1"})
def test_a_setting_of_the_plugin(smooth_server: SmoothServer) -> None: ...


@pytest.mark.smooth(settings={"SMOOTH_AGENT_COLOUR": "red"})
def test_a_setting_that_the_server_refuses(smooth_server: SmoothServer) -> None: ...


@pytest.mark.smooth(agent={"modelParams": {"model": "x"}})
def test_an_agent_that_the_server_refuses(smooth_server: SmoothServer) -> None: ...


def test_another_is_not_harmed(smooth_server: SmoothServer, scripted_model: ScriptedModel) -> None:
    scripted_model.says("Hello.")
    assert answer(smooth_server) == "Hello."


@pytest.fixture
def late(smooth_server: SmoothServer, scripted_model: ScriptedModel) -> Iterator[None]:
    yield
    with pytest.raises(ServerError):
        answer(smooth_server)


@pytest.mark.usefixtures("late")
def test_asked_in_the_teardown() -> None: ...


@pytest.mark.xfail(strict=True)
def test_left_over_as_expected(scripted_model: ScriptedModel) -> None:
    scripted_model.says("Unheard.")
