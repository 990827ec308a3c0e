"""The pytest plugin, as an app developer meets it: a pytest of its own over the folder `inner`."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

import pytest
from smooth_operator_conformance.pytest_plugin.starting import CannotServe, chosen_target

INNER = Path(__file__).parent / "inner"


@dataclass(frozen=True)
class Session:
    """What a pytest came to: exit code, terminal, and `(outcome, text)` by test."""

    code: int
    output: str
    cases: dict[str, tuple[str, str]]


def run(folder: Path, file: str, *options: str) -> Session:
    """Run one file of `inner` with nothing of our own configuration."""
    (folder / "pytest.ini").write_text(
        "[pytest]\nasyncio_default_fixture_loop_scope = function\nfilterwarnings = error\n"
    )
    report = folder / "report.xml"
    command = [sys.executable, "-m", "pytest", "-c", str(folder / "pytest.ini"), str(INNER / file)]
    settings = [f"--junitxml={report}", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, *settings, *options],
        cwd=folder,
        env={k: v for k, v in os.environ.items() if not k.startswith(("COV_", "PYTEST_"))},
        capture_output=True,
        text=True,
        timeout=120,
    )
    cases = {}
    for case in ET.parse(report).iter("testcase") if report.exists() else ():
        bad = [part for part in case if part.tag in ("failure", "error", "skipped")]
        told = [f"{part.get('message')}\n{part.text or ''}" for part in bad]
        text = "\n".join([*told, *_printed(case.get("name", ""), done.stdout)])
        cases[case.get("name", "")] = (bad[0].tag if bad else "passed", text)
    return Session(done.returncode, done.stdout + done.stderr, cases)


def _printed(name: str, output: str) -> list[str]:
    """What the terminal shows of a failed test, captured sections included."""
    return re.findall(rf"^_+ (?:ERROR at \w+ of )?{name} _+$(.*?)^[_=]{{3}}", output, re.M | re.S)


def outcomes(session: Session) -> set[str]:
    return {outcome for outcome, _ in session.cases.values()}


def test_what_must_pass_passes(tmp_path: Path) -> None:
    session = run(tmp_path, "green.py")
    assert outcomes(session) == {"passed"}, session.output
    assert session.code == 0
    assert len(session.cases) > 15


def test_it_runs_in_several_workers(tmp_path: Path) -> None:
    session = run(tmp_path, "green.py", "-n", "2")
    assert outcomes(session) == {"passed"}, session.output
    assert session.code == 0


TOLD = {
    "test_left_over": (
        "the script does not fit: model main: nobody asked for says('Unheard.')",
        "model main: nobody asked for fails(429)",
        "model main: nobody asked for drops('Half')",
        "model main → says('Hello.')",
        "turn_ended",
    ),
    "test_left_over_though_no_server": ("nobody asked for calls_tool('look_up', {'order': 7})",),
    "test_unscripted_and_swallowed": (
        'model main: no answer was scripted for request 1: user: "Hi"',
    ),
    "test_unscripted": ("AGENT_ERROR", "model main → nothing was scripted", "model_failed"),
    "test_an_assertion": ("Good bye.", 'model main ← user: "Hi"', "model main → says('Hello.')"),
    "test_a_tool_without_answer": (
        'tool look_up: no answer was scripted for request 1: {"order": 7}',
    ),
    "test_a_tool_that_was_not_called": ("tool look_up: nobody asked for returns('seven')",),
    "test_a_tool_that_is_not_there": (
        "scripted_tool('look_up'): main has no such tool (there are: none); "
        "add @pytest.mark.smooth(tools=['look_up'])",
    ),
    "test_an_agent_that_is_not_there": ("there is no agent 'billing' in this test: main",),
    "test_a_judge_that_is_not_there": ("name one with agent={'judgeModel': 'any'}",),
    "test_a_foreign_agent": ("the app named an agent", "(use smooth_server.agent_id)"),
    "test_a_key_that_nobody_knows": ("mark.smooth knows no 'agnet': agent, agents, tools",),
    "test_an_argument_without_a_key": ("mark.smooth takes keywords only",),
    "test_an_impossible_agent": ("mark.smooth: no such agent is possible:", "confirmtools"),
    "test_no_agents_file": ("nowhere.json", "No such file"),
    "test_a_setting_of_the_plugin": ("SMOOTH_AGENT_PORT is the plugin's own; leave it out",),
    "test_a_setting_that_the_server_refuses": (
        "the server did not start",
        "Unknown setting SMOOTH_AGENT_COLOUR",
    ),
    "test_an_agent_that_the_server_refuses": ("the server did not start", "modelParams"),
    "test_asked_in_the_teardown": ("no answer was scripted for request 1",),
}


@pytest.fixture(scope="module")
def red(tmp_path_factory: pytest.TempPathFactory) -> Session:
    return run(tmp_path_factory.mktemp("red"), "red.py")


def test_every_failure_is_one_that_is_known(red: Session) -> None:
    assert red.code == 1
    failed = {name for name, (outcome, _) in red.cases.items() if outcome in ("failure", "error")}
    assert failed == set(TOLD), red.output
    assert red.cases["test_another_is_not_harmed"][0] == "passed"
    assert red.cases["test_left_over_as_expected"][0] == "skipped"


@pytest.mark.parametrize("name", TOLD)
def test_a_failure_says_what_was_wrong(red: Session, name: str) -> None:
    _, text = red.cases[name]
    for words in TOLD[name]:
        assert words in text


def test_what_is_asked_when_its_test_is_over_is_told_at_the_end(tmp_path: Path) -> None:
    session = run(tmp_path, "late.py")
    assert session.code == 1
    assert "asked when its test was over:" in session.output
    assert 'test_it_leaves: tool look_up: {"order": 7}' in session.output


HANGING = """command = ["{python}", "-c", "import time; time.sleep(60)"]
ready_seconds = 0.2
"""
ENDING = """command = ["{python}", "-c", "raise SystemExit('out of paper')"]
"""


def test_a_server_that_hangs_is_given_up_once(tmp_path: Path) -> None:
    (tmp_path / "hanging.toml").write_text(HANGING)
    options = ["--smooth-target", str(tmp_path / "hanging.toml"), "-k", "test_left_over or another"]
    session = run(tmp_path, "red.py", *options)
    told = [text for _, text in session.cases.values() if "the server does not get ready" in text]
    assert len(told) == 2
    assert session.cases["test_left_over"][0] == "error"


def test_a_server_that_ends_is_quoted(tmp_path: Path) -> None:
    (tmp_path / "ending.toml").write_text(ENDING)
    options = ["--smooth-target", str(tmp_path / "ending.toml"), "-k", "another"]
    session = run(tmp_path, "red.py", *options)
    outcome, text = session.cases["test_another_is_not_harmed"]
    assert outcome == "error"
    assert "the server did not start: ending" in text
    assert "out of paper" in text


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("url:ws://127.0.0.1:9", "a server that already runs cannot be given this session's"),
        ("nobody", "--smooth-target: no target 'nobody'"),
        ("nowhere.toml", "--smooth-target: there is no target file nowhere.toml"),
    ],
)
def test_a_target_that_cannot_be(target: str, told: str) -> None:
    with pytest.raises(CannotServe, match=re.escape(told)):
        chosen_target(target)


def test_without_its_extra_the_server_cannot_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(CannotServe, match=re.escape("pip install 'smooth-operator-kit[server]'")):
        chosen_target("python")


def test_a_session_that_wants_no_server_loads_nothing_heavy(tmp_path: Path) -> None:
    (tmp_path / "test_plain.py").write_text(
        "import sys\n\ndef test_it():\n"
        "    assert 'smooth_operator_conformance.pytest_plugin' in sys.modules\n"
        "    heavy = {'aiohttp', 'click', 'orjson', 'jsonschema_rs', 'smooth_operator'}\n"
        "    assert not heavy & set(sys.modules)\n"
    )
    command = [sys.executable, "-m", "pytest", "-c", os.devnull, "-p", "no:asyncio", str(tmp_path)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout
