"""Prompts at the keyboard: what is typed becomes the answer; an ended input refuses."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any, cast

import pytest
from smooth_operator import (
    InteractionRequiredEvent,
    NothingToAnswer,
    OtpVerificationRequiredEvent,
    Prompt,
    Submission,
    Turn,
    Verification,
    WriteConfirmationRequiredEvent,
)
from smooth_operator.protocol.models import FieldProblem
from smooth_operator_server.terminal.answering import answer_prompt
from smooth_operator_server.terminal.screen import Screen


class Keyboard:
    """Types these lines, then the input is over; remembers the questions."""

    def __init__(self, *lines: str) -> None:
        self._lines = list(lines)
        self.asked: list[str] = []

    async def ask(self, text: str) -> str | None:
        self.asked.append(text)
        return self._lines.pop(0) if self._lines else None


class Answers:
    """Stands for a turn: records what it is told, refuses what it is set up to refuse."""

    def __init__(self, prompt: Prompt, refuse: list[Any] | None = None) -> None:
        self.prompt: Prompt | None = prompt
        self.done = False
        self.told: list[Any] = []
        self._refuse = refuse or []

    async def confirm(self) -> None:
        self.told.append("confirm")

    async def reject(self) -> None:
        self.told.append("reject")

    async def decline(self) -> None:
        self.told.append("decline")

    async def cancel(self) -> None:
        self.told.append("cancel")

    async def submit(self, values: Mapping[str, Any]) -> Submission:
        self.told.append(dict(values))
        return self._refuse.pop(0) if self._refuse else Submission(True)

    async def verify(self, code: str) -> Verification:
        self.told.append(code)
        return self._refuse.pop(0) if self._refuse else Verification(True)


def _event(model: Any, type: str, payload: dict[str, Any]) -> Any:
    data = {"requestId": "r", "data": payload}
    return model.model_validate({"type": type, "requestId": "r", "data": data, "timestamp": 1})


CONFIRM = _event(
    WriteConfirmationRequiredEvent,
    "write_confirmation_required",
    {"toolId": "refund", "actionDescription": "Refund A7?"},
)
OTP = _event(
    OtpVerificationRequiredEvent,
    "otp_verification_required",
    {
        "toolId": "balance",
        "actionDescription": "Verify.",
        "availableChannels": ["email"],
        "authLevel": "end_user",
    },
)


def _card(kind: str, spec: dict[str, Any]) -> InteractionRequiredEvent:
    payload = {
        "interactionId": "d3b07384-d9a0-4c9b-8f2e-1f0a2b3c4d5e",
        "kind": kind,
        "spec": spec,
        "reason": "to help",
    }
    return cast(
        InteractionRequiredEvent, _event(InteractionRequiredEvent, "interaction_required", payload)
    )


IDENTITY = _card(
    "identity_intake",
    {"fields": [{"key": "name", "required": False}, {"key": "email", "required": True}]},
)
SIZES = _card(
    "choices",
    {
        "questions": [
            {
                "question": "Which size?",
                "header": "Size",
                "options": [
                    {"label": "Small", "description": ""},
                    {"label": "Large", "description": "roomy"},
                ],
                "multiSelect": True,
            }
        ]
    },
)


async def _answer(prompt: Any, *lines: str, refuse: list[Any] | None = None) -> tuple[Any, str]:
    turn, keyboard, out = Answers(prompt, refuse), Keyboard(*lines), io.StringIO()
    await answer_prompt(prompt, cast(Turn, turn), keyboard.ask, Screen(out))
    return turn.told, out.getvalue()


@pytest.mark.parametrize(
    ("lines", "told"),
    [(["y"], "confirm"), (["n"], "reject"), (["what?", "YES"], "confirm"), ([], "reject")],
)
async def test_an_approval_is_yes_no_or_asked_again(lines: list[str], told: str) -> None:
    assert (await _answer(CONFIRM, *lines))[0] == [told]


async def test_a_card_is_filled_field_by_field() -> None:
    assert (await _answer(IDENTITY, "", "pat@example.org"))[0] == [{"email": "pat@example.org"}]


async def test_refused_values_are_explained_and_asked_again() -> None:
    problem = FieldProblem(field="email", message="must be a valid email address")
    told, out = await _answer(
        IDENTITY, "", "nope", "Pat", "pat@x.org", refuse=[Submission(False, problems=(problem,))]
    )
    assert told == [{"email": "nope"}, {"name": "Pat", "email": "pat@x.org"}]
    assert "email: must be a valid email address" in out


@pytest.mark.parametrize("lines", [["-"], []])
async def test_a_dash_or_the_end_of_input_declines(lines: list[str]) -> None:
    assert (await _answer(IDENTITY, *lines))[0] == ["decline"]


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("2", {"header": "Size", "options": ["Large"]}),
        ("1, 2", {"header": "Size", "options": ["Small", "Large"]}),
        ("large", {"header": "Size", "options": ["Large"]}),
        ("a bit of both", {"header": "Size", "options": [], "other": "a bit of both"}),
    ],
)
async def test_choices_take_numbers_labels_and_own_words(line: str, answer: dict[str, Any]) -> None:
    assert (await _answer(SIZES, line))[0] == [{"answers": [answer]}]


async def test_a_wrong_code_may_be_tried_again() -> None:
    wrong = Verification(False, message="That code did not match.", attempts_remaining=2)
    told, out = await _answer(OTP, "1", "2", refuse=[wrong])
    assert told == ["1", "2"]
    assert "2 tries left" in out


async def test_an_exhausted_code_is_not_asked_for_again() -> None:
    gone = Verification(False, message="No tries left.", attempts_remaining=0)
    assert (await _answer(OTP, "1", "2", refuse=[gone]))[0] == ["1"]


async def test_an_answer_that_comes_too_late_is_an_aside() -> None:
    class Late(Answers):
        async def confirm(self) -> None:
            raise NothingToAnswer("the turn is over")

    out = io.StringIO()
    await answer_prompt(CONFIRM, cast(Turn, Late(CONFIRM)), Keyboard("y").ask, Screen(out))
    assert "too late" in out.getvalue()
