"""The agents that are asked: their agents file, and the variants that name a script as model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from smooth_operator_evals.answering.tools import DEFINITIONS

DEFAULT = "desk"
INSTRUCTIONS = (
    "You are the desk of the Fernhill tool library. Answer in the visitor's language, in at most "
    "four sentences, and only from the documents you are given and what the visitor told you. "
    "When they do not hold the answer, say that you do not know and do not guess. Use a tool only "
    "when the visitor asks for what it does, and once; then say what it reported."
)
PERSONAS: Mapping[str, str | None] = {
    DEFAULT: None,
    "desk-formal": "A courteous clerk of the old school who never jokes and never uses slang.",
}
"""The agents by slug."""


def agent_id(name: str) -> str:
    """The id of an agent or of a variant of one; the same in every run."""
    return str(uuid5(NAMESPACE_URL, f"smooth-evals:{name}"))


def agents_file(tools_url: str, scripts: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The agents file. `scripts` adds one agent per script: its model's name, to the agent that
    it is a variant of."""
    agents = [_agent(slug, agent_id(slug), slug, tools_url) for slug in PERSONAS]
    for number, (script, slug) in enumerate((scripts or {}).items()):
        variant = _agent(f"script-{number}", agent_id(script), slug, tools_url)
        agents.append({**variant, "model": script})
    return {"default": DEFAULT, "agents": agents}


def _agent(slug: str, identifier: str, like: str, tools_url: str) -> dict[str, Any]:
    persona = PERSONAS[like]
    return {
        "id": identifier,
        "slug": slug,
        "name": "Fernhill tool library",
        "instructions": INSTRUCTIONS,
        **({"persona": persona} if persona else {}),
        "interactions": [],
        "confirmTools": ["cancel_"],
        "tools": [
            {
                "name": name,
                "description": description,
                "parameters": parameters,
                "http": {"url": f"{tools_url}/{name}"},
            }
            for name, description, parameters in DEFINITIONS
        ],
    }
