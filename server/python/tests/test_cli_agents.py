"""`agents check`: every problem with its place, or every agent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from smooth_operator_server.cli import main

AGENT = {"id": "7c1d2e3f-1111-4222-8333-944445555603", "slug": "desk", "name": "Help desk"}


def _check(folder: Path, document: Any) -> Result:
    file = folder / "agents.json"
    file.write_text(document if isinstance(document, str) else json.dumps(document))
    return CliRunner().invoke(main, ["agents", "check", str(file)])


def test_a_sound_file_lists_its_agents(tmp_path: Path) -> None:
    result = _check(tmp_path, {"agents": [AGENT]})
    assert result.exit_code == 0, result.stderr
    assert result.stdout == f"desk  {AGENT['id']}  Help desk  (default)\n"


def test_every_problem_is_named_with_its_place(tmp_path: Path) -> None:
    result = _check(tmp_path, {"default": "x", "agents": [AGENT | {"slug": "A!", "wat": 1}]})
    assert result.exit_code == 2
    assert "$.agents[0].slug" in result.stderr
    assert "$.agents[0].wat: unknown key" in result.stderr
    assert "$.default: names no agent" in result.stderr


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ("{", "is not JSON"),
        ({"agents": [AGENT | {"knowledge": ["nowhere"]}]}, "folder not found"),
        (
            {"agents": [AGENT | {"knowledge": [{"source": "a", "content": "x"}] * 2}]},
            "two documents with the id 'a'",
        ),
    ],
)
def test_what_only_the_start_would_find_is_found(tmp_path: Path, document: Any, told: str) -> None:
    result = _check(tmp_path, document)
    assert result.exit_code == 2
    assert told in result.stderr


def test_a_missing_file_is_one_line(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["agents", "check", str(tmp_path / "none.json")])
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
