"""Workflows: which step a conversation is at, and where a judged turn moves it (decisions §9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from smooth_operator.protocol import prompts

from smooth_operator_server.agents.model import Agent, WorkflowStep
from smooth_operator_server.engine import messages as chat
from smooth_operator_server.engine.model import Finished, ModelError, ModelProvider, ModelRequest
from smooth_operator_server.json_text import JsonError, read_json
from smooth_operator_server.storage.records import WorkflowPosition

JUDGE_TOKENS = 256


@dataclass(frozen=True, slots=True)
class Place:
    """The current step and how often it has been judged."""

    step: WorkflowStep
    attempts: int


def place_of(agent: Agent, position: WorkflowPosition | None) -> Place | None:
    """Where the conversation stands; None when there is no workflow or it is over."""
    if agent.workflow is None:
        return None
    steps = agent.workflow.steps
    if position is None or position.agent_id != agent.id:
        return Place(steps[0], 0)
    if position.step_id is None:
        return None
    step = next((step for step in steps if step.id == position.step_id), None)
    return Place(step, position.attempts) if step else Place(steps[0], 0)


@dataclass(frozen=True, slots=True)
class Move:
    """The position after a judged turn; `chips` only when it moved on to another step."""

    position: WorkflowPosition
    chips: Sequence[str] = ()


def move(agent: Agent, place: Place, done: bool) -> Move:
    """Done, or judged often enough, moves on; attempts start again with each step."""
    assert agent.workflow is not None
    attempts = place.attempts + 1
    if not done and attempts < agent.workflow.max_attempts:
        return Move(WorkflowPosition(agent.id, place.step.id, attempts))
    steps = list(agent.workflow.steps)
    following = steps.index(place.step) + 1
    if following == len(steps):
        return Move(WorkflowPosition(agent.id, None))
    step = steps[following]
    return Move(WorkflowPosition(agent.id, step.id), step.chips)


async def judge(
    provider: ModelProvider, model: str, step: WorkflowStep, message: str, reply: str
) -> tuple[bool, Finished | None]:
    """Whether the step is done, and the call for the usage sum; giving up counts as not done."""
    text = prompts.judge_user(condition=step.done_when, message=message, reply=reply)
    request = ModelRequest(
        model=model,
        messages=[chat.system(prompts.JUDGE_SYSTEM), chat.user(text)],
        max_tokens=JUDGE_TOKENS,
    )
    try:
        finished = await provider.complete(request)
    except ModelError:
        return False, None
    return _says_done(finished.text), finished


def _says_done(text: str) -> bool:
    try:
        verdict: Any = read_json(text.encode(errors="replace"))
    except JsonError:
        return False
    return isinstance(verdict, dict) and verdict.get("done") is True
