"""Answers what a turn asks for: an approval, a one-time code, a card."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from smooth_operator import (
    InteractionRequiredEvent,
    NothingToAnswer,
    OtpVerificationRequiredEvent,
    Prompt,
    ServerError,
    Turn,
    WriteConfirmationRequiredEvent,
)

from .screen import Screen

Ask = Callable[[str], Awaitable[str | None]]
"""Shows a question and gives the typed line; None when the input is over."""


async def answer_prompt(prompt: Prompt, turn: Turn, ask: Ask, screen: Screen) -> None:
    """Ask the person and tell the server; input that is over refuses rather than waits."""
    try:
        match prompt:
            case WriteConfirmationRequiredEvent():
                await _confirm(prompt, turn, ask)
            case OtpVerificationRequiredEvent():
                await _verify(turn, ask, screen)
            case InteractionRequiredEvent():
                await _fill_card(prompt, turn, ask, screen)
    except NothingToAnswer:
        screen.aside("(answered elsewhere, or too late)")
    except ServerError as refused:
        screen.aside(f"({refused.message})")


async def _confirm(prompt: WriteConfirmationRequiredEvent, turn: Turn, ask: Ask) -> None:
    question = prompt.data.data.action_description or f"Run {prompt.data.data.tool_id}?"
    while True:
        line = await ask(f"{question} [y/n] ")
        match (line or "n").strip().lower():
            case "y" | "yes":
                await turn.confirm()
                return
            case "n" | "no":
                await turn.reject()
                return


async def _verify(turn: Turn, ask: Ask, screen: Screen) -> None:
    while turn.prompt is not None and not turn.done:
        line = await ask("Code: ")
        if line is None:
            await turn.cancel()
            return
        if not line.strip():
            continue
        outcome = await turn.verify(line.strip())
        if outcome.verified:
            return
        screen.aside(f"{outcome.message} ({outcome.attempts_remaining} tries left)")
        if not outcome.attempts_remaining:
            return


async def _fill_card(
    prompt: InteractionRequiredEvent, turn: Turn, ask: Ask, screen: Screen
) -> None:
    card = prompt.data.data
    screen.aside(f"{card.reason}  (an empty line skips, '-' declines)")
    spec = card.spec if isinstance(card.spec, dict) else card.spec.model_dump(by_alias=True)
    read = {"identity_intake": _read_identity, "choices": _read_choices}[card.kind]
    while True:
        values = await read(spec, ask)
        if values is None:
            await turn.decline()
            return
        outcome = await turn.submit(values)
        if outcome.accepted:
            return
        for problem in outcome.problems:
            screen.aside(f"{problem.field}: {problem.message}")


async def _read_identity(spec: dict[str, Any], ask: Ask) -> dict[str, Any] | None:
    values: dict[str, Any] = {}
    for field in spec["fields"]:
        optional = "" if field.get("required", True) else " (optional)"
        line = await ask(f"{field.get('label') or field['key']}{optional}: ")
        if line is None or line.strip() == "-":
            return None
        if line.strip():
            values[field["key"]] = line
    return values


async def _read_choices(spec: dict[str, Any], ask: Ask) -> dict[str, Any] | None:
    answers = []
    for question in spec["questions"]:
        line = await ask(_choice_text(question))
        if line is None or line.strip() == "-":
            return None
        answers.append(_choice(question, line))
    return {"answers": answers}


def _choice_text(question: dict[str, Any]) -> str:
    rows = [question["question"]]
    for number, option in enumerate(question["options"], 1):
        detail = f" - {option['description']}" if option.get("description") else ""
        rows.append(f"  {number} {option['label']}{detail}")
    many = "numbers, with blanks between" if question.get("multiSelect") else "a number"
    return "\n".join([*rows, f"{many}, or your own words: "])


def _choice(question: dict[str, Any], line: str) -> dict[str, Any]:
    """Numbers and labels become options; anything else is the person's own words."""
    options = [option["label"] for option in question["options"]]
    by_name = {str(number): label for number, label in enumerate(options, 1)}
    by_name |= {label.casefold(): label for label in options}
    whole = line.strip().casefold()
    words = [whole] if whole in by_name else whole.replace(",", " ").split()
    answer: dict[str, Any] = {"header": question["header"], "options": []}
    if words and all(word in by_name for word in words):
        answer["options"] = list(dict.fromkeys(by_name[word] for word in words))
    elif line.strip():
        answer["other"] = line.strip()
    return answer
