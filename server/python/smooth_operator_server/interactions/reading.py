"""What both kinds of card share: trimmed texts, reasons, and the one sentence of a bad raise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smooth_operator.protocol import prompts

from smooth_operator_server.interactions.base import BadRaise, FieldProblem, Refused
from smooth_operator_server.white_space import trim


class Unreadable(Exception):
    """Arguments or values of another form; the text is the sentence that says so."""


def reason(arguments: Mapping[str, Any]) -> str:
    """Why the agent asks, in its own words if it gave any."""
    given = arguments.get("reason")
    return (trim(given) if isinstance(given, str) else "") or prompts.INTERACTION_REASON_DEFAULT


def bad_raise(problem: str, tool: str) -> BadRaise:
    return BadRaise(prompts.raise_arguments_invalid(problem=problem, tool=tool))


def wrong_shape() -> Refused:
    return Refused((FieldProblem("values", prompts.INVALID_VALUES_SHAPE),))


def optional_text(value: Any) -> str | None:
    """A trimmed text; None when absent or blank. Raises `Unreadable` for anything else."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise Unreadable
    return trim(value) or None
