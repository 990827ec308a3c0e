"""The wheel, installed in an empty folder far from the clone: it serves, chats, lists and tests."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .conftest import Place

ROOT = Path(__file__).parents[2]


@pytest.fixture
def served(far_away: Place) -> Iterator[str]:
    """A server of the wheel, on a port that it chose itself."""
    environment = far_away.environment | {"SMOOTH_AGENT_PORT": "0", "SMOOTH_AGENT_SEED_KB": "1"}
    process = subprocess.Popen(
        [far_away.script("smooth-operator"), "serve"],
        cwd=far_away.folder,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    try:
        line = process.stderr.readline()
        found = re.search(r'"port":(\d+)', line)
        assert found, line
        yield f"ws://127.0.0.1:{found[1]}/ws"
    finally:
        process.terminate()
        assert process.wait(60) == 0
        process.stderr.close()


def test_it_answers(far_away: Place) -> None:
    answer = far_away.run("smooth-operator", "demo", "--once", "How long is the return window?")
    assert "17 days" in answer
    assert "returns.md" in answer


def test_it_serves_and_says_that_no_model_is_configured(far_away: Place, served: str) -> None:
    done = far_away.try_("smooth-operator", "chat", served, "--once", "Hello?")
    assert done.returncode == 1
    assert "LLM_UNAVAILABLE" in done.stdout


def test_it_lists_its_corpus(far_away: Place) -> None:
    listed = far_away.run("smooth-conformance", "list")
    scenarios = list((ROOT / "spec/conformance/scenarios").glob("*/*.json"))
    assert f"{len(scenarios)} scenarios" in listed


def test_it_judges_its_own_server(far_away: Place) -> None:
    said = far_away.run("smooth-conformance", "run", "--only", "hello/*", "--report", "report")
    assert " 0 failed" in said
    assert (far_away.folder / "report" / "index.html").is_file()


def test_it_asks_its_own_questions_and_measures_its_own_search(far_away: Place) -> None:
    said = far_away.run("smooth-evals", "run", "--only", "loan-period", "--only", "renew-once")
    assert "2 answers to 2 questions, 0 failed" in said
    assert "57 documents" in far_away.run("smooth-evals", "retrieval")


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example app as its author has it: a folder of its own."""
    folder = tmp_path_factory.mktemp("app") / "order_support"
    shutil.copytree(
        ROOT / "examples/order_support", folder, ignore=shutil.ignore_patterns("__pycache__")
    )
    return folder


def test_pytest_finds_the_plugin_and_the_example_passes(far_away: Place, example: Path) -> None:
    assert "@pytest.mark.smooth(" in far_away.run("pytest", "--markers", cwd=example)
    said = far_away.run("pytest", "-W", "error", cwd=example)
    assert re.search(r"\b[8-9] passed", said), said


def test_an_app_is_type_checked_against_the_wheel(far_away: Place, example: Path) -> None:
    python = far_away.script("python")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--python-executable", python, "."],
        cwd=example,
        env=far_away.environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_base_is_the_client_and_it_talks(bare: Place, served: str) -> None:
    code = "import importlib.metadata as m; print(*(d.metadata['Name'] for d in m.distributions()))"
    installed = bare.run("python", "-c", code).replace("_", "-").lower().split()
    assert set(installed) - {"smooth-operator-kit"} == {
        "annotated-types",
        "pydantic",
        "pydantic-core",
        "typing-extensions",
        "typing-inspection",
        "websockets",
    }
    code = (
        "from smooth_operator.sync import connect\n"
        f"with connect({served!r}) as client: print(client.ping().type)"
    )
    assert bare.run("python", "-c", code).strip() == "pong"


@pytest.mark.parametrize(
    ("command", "extra"),
    [
        ("smooth-operator", "server"),
        ("smooth-conformance", "conformance"),
        ("smooth-evals", "evals"),
    ],
)
def test_a_command_without_its_extra_says_what_to_install(
    bare: Place, command: str, extra: str
) -> None:
    done = bare.try_(command, "--help")
    assert done.returncode == 1
    assert f"pip install 'smooth-operator-kit[{extra}]'" in done.stderr
    assert "Traceback" not in done.stderr
