"""The text vectors hold for the Python decoder and server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from smooth_operator.protocol.decode import FieldError, decode_request
from smooth_operator_server.knowledge.tokens import fold
from smooth_operator_server.storage.titles import clean_title, title_of
from smooth_operator_server.turns.texts import cut_json, cut_utf8
from smooth_operator_server.white_space import trim

_TEXT = Path(__file__).resolve().parents[2] / "spec" / "conformance" / "text"
_PAGED = {100: "get_conversation_messages", 200: "list_conversations"}


def _cases(name: str) -> list[Any]:
    loaded = json.loads((_TEXT / f"{name}.json").read_text("utf-8"))["cases"]
    return [pytest.param(case, id=case["id"]) for case in loaded]


@pytest.mark.parametrize("case", _cases("trims"))
def test_trims(case: dict[str, Any]) -> None:
    assert trim(case["text"]) == case["trimmed"]
    assert (not trim(case["text"])) == case["blank"]


@pytest.mark.parametrize("case", _cases("titles"))
def test_titles(case: dict[str, Any]) -> None:
    assert (title_of(case["text"]) or "Conversation") == case["title"]


@pytest.mark.parametrize("case", _cases("renames"))
def test_renames(case: dict[str, Any]) -> None:
    assert (clean_title(case["title"]) or None) == case["result"]


@pytest.mark.parametrize("case", _cases("searches"))
def test_searches(case: dict[str, Any]) -> None:
    assert (fold(case["query"]) in fold(case["text"])) == case["matches"]


@pytest.mark.parametrize("case", _cases("encoded-cuts"))
def test_encoded_cuts(case: dict[str, Any]) -> None:
    assert cut_json(case["text"], case["maximumBytes"]) == case["result"]


@pytest.mark.parametrize("case", _cases("utf8-cuts"))
def test_utf8_cuts(case: dict[str, Any]) -> None:
    assert cut_utf8(case["text"], case["maximumBytes"]) == (case["result"], case["truncated"])


@pytest.mark.parametrize("case", _cases("limits"))
def test_limits(case: dict[str, Any]) -> None:
    action = _PAGED[case["maximum"]]
    frame = {"action": action, "sessionId": "s", "limit": json.loads(case["json"])}
    request = decode_request(action, frame)
    assert request.model_dump()["limit"] == case["result"]


# afterSeq is the one plain integer among the request fields, and it may not be negative.
_NOT_NEGATIVE = [p for p in _cases("integers") if (p.values[0]["integer"] or 0) >= 0]


@pytest.mark.parametrize("case", _NOT_NEGATIVE)
def test_integers(case: dict[str, Any]) -> None:
    frame = {"action": "resume_stream", "sessionId": "s", "afterSeq": json.loads(case["json"])}
    if case["integer"] is None and frame["afterSeq"] is not None:
        with pytest.raises(FieldError):
            decode_request("resume_stream", frame)
        return
    found = decode_request("resume_stream", frame).model_dump()["after_seq"]
    assert found == case["integer"]
    assert type(found) is type(case["integer"])
