"""Targets and environments: files, command lines, addresses; no setting of ours leaks in."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from smooth_operator_conformance.scenario.load import parse_scenario
from smooth_operator_conformance.schemas import Contract
from smooth_operator_conformance.servers.agents_file import agents_file
from smooth_operator_conformance.servers.process import PASSED_ON
from smooth_operator_conformance.servers.profiles import (
    GATEWAY_KEY,
    PROFILES,
    base_env,
    environment,
)
from smooth_operator_conformance.servers.target import BadTarget, address, load_target, read_target
from smooth_operator_conformance.spec import find_spec, read_json
from smooth_operator_conformance.world.case_run import CaseRun


def test_the_python_target_is_started_by_its_command() -> None:
    target = load_target("python")
    assert target.command[0] == sys.executable
    assert "serve" in target.command
    assert "event_seq" in target.must_declare
    known = {c["name"] for c in Contract.shared().catalogue["capabilities"]}
    assert set(target.must_declare) <= known


def test_other_kinds_of_targets() -> None:
    assert load_target("cmd:serve --port 1").command == ("serve", "--port", "1")
    assert address(load_target("url:ws://127.0.0.1:9")) == ("127.0.0.1", 9, False)
    assert address(load_target("url:wss://x.test")) == ("x.test", 443, True)
    assert load_target("null:echo").command[-1] == "echo"


@pytest.mark.parametrize("name", ["nobody", "null:kind", "url:", "cmd:"])
def test_unknown_targets_are_refused(name: str) -> None:
    with pytest.raises(BadTarget):
        load_target(name)


@pytest.mark.parametrize("text", ["language = 'x'", "command = ['a']\ncolour = 1", "command ="])
def test_a_bad_target_file_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "conformance" / "targets").mkdir(parents=True)
    path = tmp_path / "conformance" / "targets" / "x.toml"
    path.write_text(text)
    with pytest.raises(BadTarget):
        read_target(path)


def test_profiles_are_those_of_the_grammar() -> None:
    grammar = read_json(find_spec() / "schema" / "scenario.schema.json")
    assert list(PROFILES) == grammar["properties"]["profile"]["enum"]


def base() -> dict[str, str]:
    return base_env(port=1, agents="agents.json", gateway_url="http://h/v1", host="http://h")


def test_environments_differ_as_the_profiles_say() -> None:
    shared = environment(PROFILES["shared"], base(), {})
    assert shared["SMOOAI_GATEWAY_KEY"] == GATEWAY_KEY
    assert not any("AUTH" in name for name in shared)
    nokey = environment(PROFILES["nokey"], base(), {})
    assert not any(name.startswith("SMOOAI_GATEWAY") for name in nokey)
    changed = environment(PROFILES["jwt"], base(), {"AUTH_JWT_HS256_SECRET": None, "A": "b"})
    assert "AUTH_JWT_HS256_SECRET" not in changed
    assert changed["A"] == "b"


def test_nothing_that_configures_a_server_is_inherited() -> None:
    assert not [n for n in PASSED_ON if n.startswith(("SMOO", "AUTH", "WIDGET"))]
    assert os.environ.get("PATH")


async def test_the_agents_file_fits_its_schema() -> None:
    tool = {
        "name": "look",
        "description": "Looks.",
        "parameters": {"type": "object"},
        "http": {"headers": {"x-key": {"env": "SMOOTH_TOOL_CANARY"}}},
        "answers": [{"result": "L"}],
    }
    raw = {
        "name": "turns/x",
        "description": "Agents of every kind.",
        "requirements": ["TURN-001"],
        "kill": ["x"],
        "profile": "shared",
        "agents": {
            "main": {"tools": [tool], "confirmTools": ["look"], "script": []},
            "other": {
                "default": True,
                "persona": "for {{nonce}}",
                "judgeModel": "{{agents.other.models.judge}}",
                "scripts": {"judge": [{"text": "{}"}]},
                "model": None,
                "script": [],
            },
        },
        "steps": [{"open": {"on": "a"}}, {"release": "none"}],
    }
    case = parse_scenario(raw, "turns/x").cases()[0]
    host = {"http": "http://127.0.0.1:9", "address": "127.0.0.1:9"}
    runs = [CaseRun(case, "t", f"{n}" * 12, host) for n in (1, 2)]
    written = agents_file(runs)
    assert Contract.shared().faults("agents.schema.json", written) == []
    assert len({agent["id"] for agent in written["agents"]}) == 4
    main, other = written["agents"][:2]
    assert main["tools"][0]["http"]["url"] == "http://127.0.0.1:9/tool/111111111111/main/look"
    assert main["tools"][0]["http"]["headers"] == {"x-key": {"env": "SMOOTH_TOOL_CANARY"}}
    assert other["persona"] == "for 111111111111"
    assert other["judgeModel"] == "m.111111111111.other.judge"
    assert "model" not in other
    assert written["default"] == written["agents"][3]["slug"]
