"""Finds the contract's data files for the tests of this folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

SPEC = Path(__file__).resolve().parents[2] / "spec"


@pytest.fixture(scope="session")
def spec() -> Path:
    """The folder of the contract."""
    return SPEC


@pytest.fixture(scope="session")
def requirements() -> list[dict[str, Any]]:
    """Every rule of requirements.json, in file order."""
    rules: list[dict[str, Any]] = json.loads((SPEC / "requirements.json").read_text("utf-8"))
    return rules


@pytest.fixture(scope="session")
def prompts() -> dict[str, Any]:
    """prompts.json as it is."""
    document: dict[str, Any] = json.loads((SPEC / "prompts.json").read_text("utf-8"))
    return document
