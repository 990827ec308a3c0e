"""Finding agents, and who may know them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from smooth_operator_server.agents.loading import parse_agents
from smooth_operator_server.agents.model import Agent, EmbedPolicy
from smooth_operator_server.agents.registry import Agents, knows

ONE = Agent(id="C2B7f4e8-55aa-4d3e-8f01-6b9d20e4a733", slug="one", name="One")
TWO = Agent(id="11111111-1111-1111-1111-111111111111", slug="two", name="Two")


def test_by_id_or_slug() -> None:
    agents = Agents([ONE, TWO], ONE)
    assert agents.find("c2b7f4e8-55aa-4d3e-8f01-6b9d20e4a733") is ONE
    assert agents.find("two") is TWO
    assert agents.find("TWO") is None
    assert agents.resolve("22222222-2222-2222-2222-222222222222") is ONE
    assert agents.answering(TWO.id) is TWO
    assert agents.answering("two") is ONE


@pytest.mark.parametrize(
    ("organization", "embedded", "caller", "scoped", "known"),
    [
        (None, False, None, True, True),
        ("a", False, "a", True, True),
        ("a", False, "b", True, False),
        ("a", False, None, True, False),
        ("a", False, "b", False, True),
        ("a", True, "b", True, True),
    ],
)
def test_who_knows(
    organization: str | None, embedded: bool, caller: str | None, scoped: bool, known: bool
) -> None:
    embed = EmbedPolicy(()) if embedded else None
    agent = replace(ONE, organization_id=organization, embed=embed)
    assert knows(agent, caller, scoped=scoped) is known


SCHEMA = json.loads(
    (Path(__file__).parents[4] / "spec" / "agents.schema.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("example", SCHEMA["examples"])
def test_the_contract_s_examples_are_read(example: object) -> None:
    assert parse_agents(example, {})[1] == []


def test_the_reader_knows_the_schema_s_keys() -> None:
    spelled = {
        "".join(part.title() if i else part for i, part in enumerate(field.split("_")))
        for field in Agent.__dataclass_fields__
    }
    assert spelled == set(SCHEMA["$defs"]["Agent"]["properties"])
