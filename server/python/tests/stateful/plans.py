"""Plans: what the model does in a turn, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

FINAL, FAIL, CALL = "final", "fail", "call"


@dataclass(frozen=True)
class CallShape:
    """A kind of call. `runs`: an agent's tool that waits at a hold when it is run."""

    tool: str
    runs: bool = False
    arguments: Mapping[str, Any] = field(default_factory=dict)
    confirm: bool = False
    end_user: bool = False
    card: str | None = None


INTAKE_SPEC = {"fields": [{"key": "email", "required": True}]}
CHOICES_SPEC = {
    "questions": [
        {
            "question": "Which size?",
            "header": "Size",
            "options": [
                {"label": "S", "description": ""},
                {"label": "L", "description": "roomy"},
            ],
            "multiSelect": False,
        }
    ]
}
ASKED_SIZE = {
    "questions": [
        {
            "question": "Which size?",
            "header": "Size",
            "options": ["S", {"label": "L", "description": "roomy"}],
        }
    ]
}

CALLS: Mapping[str, CallShape] = {
    "look": CallShape("look", runs=True),
    "trips": CallShape("look", runs=True, arguments={"fails": True}),
    "misfit": CallShape("look", arguments={"hold": 1}),
    "ghost": CallShape("ghost"),
    "root": CallShape("root", arguments={"turn": "", "hold": ""}),
    "write": CallShape("write_row", runs=True, confirm=True),
    "secret": CallShape("secret", runs=True, end_user=True),
    "both": CallShape("write_secret", runs=True, confirm=True, end_user=True),
    "intake": CallShape("request_identity_intake", arguments=INTAKE_SPEC, card="identity_intake"),
    "choices": CallShape("request_choices", arguments=ASKED_SIZE, card="choices"),
    "no_choices": CallShape("request_choices", arguments={"questions": []}),
    "say": CallShape(
        "submit_interaction",
        arguments={"kind": "identity_intake", "values": {"email": "said@example.org"}},
    ),
}
SPECS = {"identity_intake": INTAKE_SPEC, "choices": CHOICES_SPEC}
CAPABILITIES = {"identity_intake": "identity_form", "choices": "choice_chips"}


@dataclass(frozen=True)
class Answer:
    """One model answer: text pieces, then how it ends."""

    pieces: tuple[str, ...] = ()
    end: str = FINAL
    calls: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """A turn's answers, in order."""

    answers: tuple[Answer, ...]


def _calling(*calls: str) -> Answer:
    return Answer((), CALL, calls)


_LAST = Answer(("fin ",))
PLANS: tuple[Plan, ...] = (
    Plan((Answer(("one ", "two "), FINAL),)),
    Plan((Answer(),)),
    Plan((_calling("write"), _LAST)),
    Plan((_calling("secret"), _LAST)),
    Plan((_calling("choices"), _LAST)),
    Plan((_calling("intake"), _LAST)),
    Plan((_calling("both"), _LAST)),
    Plan((_calling("look", "write", "look"), _LAST)),
    Plan((_calling("write", "write"), _LAST)),
    Plan((_calling("secret", "both", "secret"), _LAST)),
    Plan((_calling("ghost", "secret", "misfit"), _calling("secret"), _LAST)),
    Plan((_calling("intake", "secret"), _calling("both"), _LAST)),
    Plan((Answer(("let me see ",), CALL, ("look", "trips")), _LAST)),
    Plan((_calling("choices", "look", "no_choices"), _calling("say"), _LAST)),
    Plan((Answer(("half ",), FAIL),)),
    Plan((_calling("write", "root"), Answer((), FAIL))),
    Plan((_calling("say", "intake"), _calling("secret"), _LAST)),
)
