"""Names on a running server: agents as they were told in advance, everything else new."""

from __future__ import annotations

from typing import Any

from smooth_operator_conformance.run.naming import copy_of, lane_for, provided_nonce, seed_for
from smooth_operator_conformance.run.provided import unprovided
from smooth_operator_conformance.scenario.load import parse_scenario
from smooth_operator_conformance.scenario.model import Case
from smooth_operator_conformance.servers.target import Target

HOST = {"http": "http://127.0.0.1:1", "address": "127.0.0.1:1"}
URL = Target("mine", url="ws://127.0.0.1:2")


def case(**agent: Any) -> Case:
    raw = {
        "name": "turns/x",
        "description": "A case with names.",
        "requirements": ["TURN-001"],
        "kill": ["x"],
        "profile": "shared",
        "agents": {"main": {"script": [{"text": "hi"}], **agent}},
        "steps": [{"open": {"on": "a"}}, {"release": "none"}],
    }
    return parse_scenario(raw, "turns/x").cases()[0]


async def test_a_running_server_finds_its_agents_and_no_old_data() -> None:
    one = copy_of(case(), URL, "agents", 0, HOST)
    two = copy_of(case(), URL, "agents", 0, HOST)
    assert one.bindings["agents"] == two.bindings["agents"]
    assert one.nonce == provided_nonce(case(), "agents")
    assert one.bindings["nonce"] != two.bindings["nonce"]


async def test_what_the_agents_file_already_says_stays_as_it_is() -> None:
    told = case(instructions="You are {{nonce}}.")
    one = copy_of(told, URL, "agents", 0, HOST)
    assert one.bindings["nonce"] == provided_nonce(told, "agents")
    scripted = case(script=[{"text": "{{nonce}}"}])
    assert copy_of(scripted, URL, "agents", 0, HOST).bindings["nonce"] != one.nonce


async def test_a_server_with_one_model_is_asked_for_it_in_a_lane() -> None:
    env = Target("mine", ("x",), provision="env", model="gpt-x")
    assert copy_of(case(), env, "s", 0, HOST).model_names == {"gpt-x": "main"}
    assert lane_for(env, "3") == "3"
    assert lane_for(Target("mine", ("x",)), "3") is None


def test_seeds() -> None:
    assert seed_for(URL, "", "random") == "agents"
    assert seed_for(Target("m", url="ws://x", seed="mine"), "", "random") == "mine"
    assert seed_for(URL, "given", "random") == "given"
    assert seed_for(Target("m", ("x",)), "", "random") == "random"


def test_what_a_target_cannot_be_told_has_a_reason() -> None:
    env = Target("m", ("x",), provision="env")
    none = Target("m", url="ws://x", provision="none")
    assert unprovided(env, case(), "shared") == ""
    assert "needs instructions" in unprovided(env, case(instructions="x"), "shared")
    assert "does not use our gateway" in unprovided(none, case(), "shared")
    assert unprovided(none, case(script=[]), "shared") == ""
    assert "started with profile jwt" in unprovided(URL, case(), "jwt")
    narrow = Target("m", ("x",), profiles=("jwt",))
    assert "cannot express profile shared" in unprovided(narrow, case(), "")
