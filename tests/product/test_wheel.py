"""A wheel built here, installed in an empty folder far from the clone, serves, chats and lists."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = "Scripts" if os.name == "nt" else "bin"


@pytest.fixture(scope="module")
def far_away(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment that holds nothing but the wheel with its server and conformance extras."""
    folder = tmp_path_factory.mktemp("far")
    _run([sys.executable, "-m", "build", "--wheel", "--outdir", str(folder), str(ROOT)], folder)
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "env", with_pip=True)
    constraints = ["-c", str(ROOT / "constraints.txt")]
    target = f"smooth-operator-kit[server,conformance] @ {wheel.as_uri()}"
    _run([_script(folder, "python"), "-m", "pip", "install", "-q", *constraints, target], folder)
    return folder


def _script(folder: Path, name: str) -> str:
    return str(folder / "env" / SCRIPTS / name)


def _environment() -> dict[str, str]:
    ours = ("SMOOTH_", "SMOOAI_", "AUTH_", "PYTHONPATH", "COVERAGE", "COV_")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def _run(command: list[str], folder: Path) -> str:
    done = subprocess.run(
        command,
        cwd=folder,
        env=_environment(),
        text=True,
        capture_output=True,
        stdin=subprocess.DEVNULL,
        timeout=600,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture
def served(far_away: Path) -> Iterator[str]:
    """A server of the wheel, on a port that it chose itself."""
    environment = _environment() | {"SMOOTH_AGENT_PORT": "0", "SMOOTH_AGENT_SEED_KB": "1"}
    process = subprocess.Popen(
        [_script(far_away, "smooth-operator"), "serve"],
        cwd=far_away,
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


def test_it_answers(far_away: Path) -> None:
    question = ["demo", "--once", "How long is the return window?"]
    answer = _run([_script(far_away, "smooth-operator"), *question], far_away)
    assert "17 days" in answer
    assert "returns.md" in answer


def test_it_serves_and_says_that_no_model_is_configured(far_away: Path, served: str) -> None:
    done = subprocess.run(
        [_script(far_away, "smooth-operator"), "chat", served, "--once", "Hello?"],
        cwd=far_away,
        env=_environment(),
        text=True,
        capture_output=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert "LLM_UNAVAILABLE" in done.stdout


def test_it_lists_its_corpus(far_away: Path) -> None:
    listed = _run([_script(far_away, "smooth-conformance"), "list"], far_away)
    scenarios = list((ROOT / "spec/conformance/scenarios").glob("*/*.json"))
    assert f"{len(scenarios)} scenarios" in listed


def test_the_client_alone_needs_only_pydantic_and_websockets(far_away: Path) -> None:
    code = (
        "import smooth_operator, sys; "
        "print(sorted({'aiohttp', 'starlette', 'orjson', 'click', 'uvicorn'} & set(sys.modules)))"
    )
    assert _run([_script(far_away, "python"), "-c", code], far_away).strip() == "[]"
