"""The demo shop: its agent, its refund tool, and what the offline answerer makes of a message."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from smooth_operator_server.agents.model import Agent
from smooth_operator_server.agents.registry import Agents
from smooth_operator_server.models.offline import MODEL_NAME, Rule
from smooth_operator_server.tools.base import ToolContext
from smooth_operator_server.tools.function import FunctionTool, FunctionTools

AGENT_ID = "3b9f5c14-7d2a-4e6b-9c58-1f0a6d4e2b70"
INSTRUCTIONS = (
    "You are the help desk of a small shop. Answer briefly, from the passages you are given, and "
    "say so when they do not hold the answer. Refund an order only when the customer asks for it."
)
EXAMPLES = (
    "How long is the return window?",
    "Refund order A-1042",
    "Help me choose a lamp",
)
_REFUND = re.compile(r"\brefund\b.*?\b([A-Z]{1,3}-?\d+)\b", re.IGNORECASE | re.DOTALL)
_CHOOSE = re.compile(r"\b(?:choose|pick|recommend|find)\b.*\blamp\b", re.IGNORECASE | re.DOTALL)


def shop_agents(*, offline: bool) -> Agents:
    """The demo's one agent; offline, its name says that no language model answers."""
    agent = Agent(
        id=AGENT_ID,
        slug="demo-shop",
        name="Demo shop (offline, no language model)" if offline else "Demo shop",
        instructions=INSTRUCTIONS,
        model=MODEL_NAME if offline else None,
        confirm_tools=("refund",),
    )
    return Agents([agent], agent)


def shop_tools() -> FunctionTools:
    """One tool that writes, so that it asks first."""
    refund = FunctionTool(
        "refund_order",
        "Refund an order of the demo shop. Nothing real happens.",
        {
            "type": "object",
            "properties": {"order": {"type": "string", "description": "The order's number."}},
            "required": ["order"],
            "additionalProperties": False,
        },
        _refund,
    )
    return FunctionTools([refund], agent_ids=[AGENT_ID])


async def _refund(arguments: Mapping[str, Any], context: ToolContext) -> str:
    return f"Order {arguments['order']} is refunded; the money is back within seven working days."


def refund_rule(message: str) -> tuple[str, Mapping[str, Any]] | None:
    """`refund … A-1042` calls the refund tool."""
    found = _REFUND.search(message)
    return ("refund_order", {"order": found[1].upper()}) if found else None


def choose_rule(message: str) -> tuple[str, Mapping[str, Any]] | None:
    """Somebody who looks for a lamp is asked on a card."""
    if not _CHOOSE.search(message):
        return None
    questions = [
        {
            "question": "Where will it stand?",
            "header": "Room",
            "options": ["Living room", "Desk", {"label": "Garden", "description": "rain-proof"}],
        },
        {"question": "Which light?", "header": "Light", "options": ["Warm", "Cool"]},
    ]
    return "request_choices", {"questions": questions, "reason": "to find a lamp that fits"}


RULES: tuple[Rule, ...] = (refund_rule, choose_rule)
