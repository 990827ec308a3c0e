"""Data files are read strictly: no unknown key, no guessed type, and the fault named by place."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, ValidationError


class Strict(BaseModel):
    """Frozen, typed to the letter, closed to unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def fault(error: ValidationError) -> str:
    """`place: what is wrong`, one line. An unknown key comes first: it is often why another one
    is missing."""
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    problem = next((each for each in problems if each["type"] == "extra_forbidden"), problems[0])
    place = ".".join(str(part) for part in problem["loc"])
    message = problem["msg"].removeprefix("Value error, ")
    if problem["type"] == "extra_forbidden":
        message = "unknown key"
    return f"{place}: {message}" if place else message
