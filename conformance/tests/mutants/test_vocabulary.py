"""What a name in `kill` stands for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from smooth_operator_conformance.mutants.population import population
from smooth_operator_conformance.mutants.surface import Surface
from smooth_operator_conformance.mutants.vocabulary import matches, meant, operator, problem


@pytest.mark.parametrize(
    ("name", "mutant", "fits"),
    [
        ("drop:pong", "drop:pong", True),
        ("drop:pong", "drop:stream_pong", False),
        ("flip:error.code", "flip:error.code[AGENT_ERROR]", True),
        ("flip:code", "flip:error.code[AGENT_ERROR]", True),
        ("flip:error.code[AGENT_ERROR]", "flip:error.code[AGENT_ERROR]", True),
        ("flip:error.code[AGENT_ERROR]", "flip:error.code[RATE_LIMITED]", False),
        ("flip:hasMore", "flip:list_conversations.hasMore", True),
        ("flip:list_conversations.hasMore", "flip:get_conversation_messages.hasMore", False),
        ("flip:More", "flip:list_conversations.hasMore", False),
        ("nudge:hasMore", "flip:list_conversations.hasMore", False),
        ("cut:responseParts[]", "cut:eventual_response.response.responseParts[]", True),
        ("cut:response.responseParts.[]", "cut:eventual_response.response.responseParts[]", True),
        ("nudge:attemptsRemaining", "nudge:otp_invalid.attemptsRemaining[-1]", True),
        ("req-drop-field:cursor", "req-drop-field:list_conversations.cursor", False),
        ("seq-skip", "seq-skip", True),
    ],
)
def test_names(name: str, mutant: str, fits: bool) -> None:
    assert matches(name, mutant) is fits


def test_operators_have_no_member() -> None:
    assert operator("flip:error.code[AGENT_ERROR]") == "flip:error.code"
    assert operator("cut:a.b[]") == "cut:a.b[]"
    assert operator("seq-skip") == "seq-skip"


def test_every_documented_name_without_a_parameter_exists(surface: Surface) -> None:
    ids = [mutant.id for mutant in population(surface)]
    for name in (
        "flip:hasMore",
        "flip:error.code",
        "swap:write_confirmation_required~stream_chunk",
        "append-late:stream_token",
        "model:drop-history",
        "model:swap-tool-messages",
        "req-drop-field:send_message.clientMessageId",
        "req-drop-field:verify_otp.code",
        "page-repeat",
        "replay-drop-first",
        "replay-double-last",
        "close-code",
    ):
        assert meant(name, ids), name
        assert problem(name, ids) == ""


def test_names_in_the_corpus_are_known(surface: Surface) -> None:
    ids = [mutant.id for mutant in population(surface)]
    corpus = Path(__file__).parents[3] / "spec" / "conformance" / "scenarios"
    unknown = []
    for file in sorted(corpus.rglob("*.json")):
        for name in json.loads(file.read_text(encoding="utf-8")).get("kill", ()):
            if not name.startswith("src:") and problem(name, ids):
                unknown.append(f"{file.parent.name}/{file.stem}: {problem(name, ids)}")
    assert unknown == []
