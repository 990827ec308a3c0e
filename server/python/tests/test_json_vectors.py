"""The contract's vectors for reading and writing JSON text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from smooth_operator_server.json_text import read_json, write_json

VECTORS = Path(__file__).parents[3] / "spec" / "conformance" / "text"


def cases(name: str) -> list[Any]:
    loaded = json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))["cases"]
    return [pytest.param(case, id=case["id"]) for case in loaded]


@pytest.mark.parametrize("case", cases("model-json"))
def test_writing_for_a_model(case: dict[str, Any]) -> None:
    assert write_json(read_json(case["json"].encode())) == case["text"]


@pytest.mark.parametrize("case", cases("surrogates") + cases("duplicate-keys"))
def test_reading(case: dict[str, Any]) -> None:
    assert read_json(case["json"].encode()) == case["value"]
