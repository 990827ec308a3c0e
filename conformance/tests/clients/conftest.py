"""Scenarios and drivers that are small enough to be read in the test that uses them."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from smooth_operator_conformance.clients.player import Patience
from smooth_operator_conformance.clients.script import parse_script
from smooth_operator_conformance.clients.session import Session
from smooth_operator_conformance.clients.targets import ClientTarget
from smooth_operator_conformance.reporting.collector import Run
from smooth_operator_conformance.scenario.model import Scenario

Steps = list[dict[str, Any]]

DRIVER = """
import json, sys
def say(value):
    print(json.dumps(value), flush=True)
say({"type": "state", "state": "ready"})
for line in sys.stdin:
    command = json.loads(line)
    ID = command["id"]
    if command["type"] == "close":
        say({"type": "result", "id": ID})
        say({"type": "exit"})
        sys.exit(0)
"""


@pytest.fixture
def scenario() -> Callable[..., Scenario]:
    """A scenario of these steps."""

    def make(steps: Steps, **more: Any) -> Scenario:
        raw = {
            "name": "small/one",
            "description": "A small scenario of a test.",
            "requirements": ["CLIENT-006"],
            "kill": [],
            "steps": steps,
        }
        return parse_script({**raw, **more}, "small/one")

    return make


@pytest.fixture
def driver(tmp_path: Path) -> Callable[[str], ClientTarget]:
    """A driver that is ready, does `extra` with each command, and closes when told."""

    def make(extra: str = "") -> ClientTarget:
        path = tmp_path / "driver.py"
        path.write_text(DRIVER + textwrap.indent(textwrap.dedent(extra), "    "), "utf-8")
        return ClientTarget("small", (sys.executable, str(path)))

    return make


@pytest.fixture
def played() -> Callable[..., Any]:
    """Plays scenarios on a client."""

    async def play(
        scenarios: list[Scenario], target: ClientTarget, step: float = 5.0, **more: Any
    ) -> Run:
        return await Session(scenarios, [target], patience=Patience(step), **more).run()

    return play
