"""The card that lets a visitor pick: one to four questions (wire facts §10.5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from smooth_operator.protocol import prompts

from smooth_operator_server.interactions.base import (
    Accepted,
    BadRaise,
    FieldProblem,
    Raise,
    Refused,
)
from smooth_operator_server.interactions.reading import (
    Unreadable,
    bad_raise,
    optional_text,
    reason,
    wrong_shape,
)
from smooth_operator_server.white_space import trim

LONGEST_HEADER = 12
MOST_QUESTIONS = 4
OPTIONS = range(2, 5)


class Choices:
    """`choices` (`InteractionKind`)."""

    name = "choices"
    capability = "choice_chips"
    raise_tool = "request_choices"

    def parse_raise(self, arguments: Mapping[str, Any]) -> Raise | BadRaise:
        questions = arguments.get("questions")
        if (
            not isinstance(questions, list)
            or not 1 <= len(questions) <= MOST_QUESTIONS
            or not all(isinstance(question, dict) for question in questions)
        ):
            return bad_raise(prompts.RAISE_PROBLEM_QUESTIONS, self.raise_tool)
        taken: set[str] = set()
        try:
            spec = {"questions": [_question(question, taken) for question in questions]}
        except Unreadable as problem:
            return bad_raise(str(problem), self.raise_tool)
        return Raise(spec, reason(arguments))

    def validate(self, values: Any, spec: Mapping[str, Any] | None) -> Accepted | Refused:
        """Every question is checked; answers nobody asked for are passed over."""
        try:
            answers = _answers(values)
        except Unreadable:
            return wrong_shape()
        if spec is None:
            return _unasked(answers)
        first: dict[str, dict[str, Any]] = {}
        for answer in answers:
            first.setdefault(answer["header"], answer)
        asked = [(question, first.get(question["header"])) for question in spec["questions"]]
        problems = [
            FieldProblem(question["header"], message)
            for question, given in asked
            for message in _problems(question, given)
        ]
        if problems:
            return Refused(tuple(problems))
        return Accepted({"answers": [given for _, given in asked]}, {})


def _unasked(answers: Sequence[Mapping[str, Any]]) -> Accepted | Refused:
    """Nobody remembers the questions: only that there is an answer can be checked."""
    if not answers:
        return Refused((FieldProblem("answers", prompts.INVALID_ANSWERS_EMPTY),))
    return Accepted({"answers": list(answers)}, {})


def _problems(question: Mapping[str, Any], answer: Mapping[str, Any] | None) -> list[str]:
    if answer is None:
        return [prompts.INVALID_QUESTION_UNANSWERED]
    picked: list[str] = answer["options"]
    offered = {option["label"] for option in question["options"]}
    problems = [
        prompts.invalid_option_unknown(label=label) for label in picked if label not in offered
    ]
    count = len(picked) + ("other" in answer)
    if count == 0:
        problems.append(prompts.INVALID_QUESTION_EMPTY)
    if count > 1 and not question["multiSelect"]:
        problems.append(prompts.INVALID_QUESTION_SINGLE)
    return problems


def _answers(values: Any) -> list[dict[str, Any]]:
    """Trimmed answers, blank labels and blank `other` dropped, in submission order."""
    if not isinstance(values, Mapping) or not isinstance(values.get("answers"), list):
        raise Unreadable
    return [_answer(entry) for entry in values["answers"]]


def _answer(entry: Any) -> dict[str, Any]:
    if not isinstance(entry, dict) or not isinstance(entry.get("header"), str):
        raise Unreadable
    options = entry.get("options")
    if options is None:
        options = []
    if not isinstance(options, list):
        raise Unreadable
    answer: dict[str, Any] = {
        "header": trim(entry["header"]),
        "options": [label for label in map(_label, options) if label],
    }
    if other := optional_text(entry.get("other")):
        answer["other"] = other
    return answer


def _label(value: Any) -> str:
    if not isinstance(value, str):
        raise Unreadable
    return trim(value)


def _question(given: dict[str, Any], taken: set[str]) -> dict[str, Any]:
    """One question of the card. Raises `Unreadable` with the first thing to mend."""
    question, header = _spoken(given.get("question")), _spoken(given.get("header"))
    if not question:
        raise Unreadable(prompts.RAISE_PROBLEM_QUESTION)
    if not header or len(header) > LONGEST_HEADER:
        raise Unreadable(prompts.RAISE_PROBLEM_HEADER)
    if header in taken:
        raise Unreadable(prompts.RAISE_PROBLEM_HEADER_REPEATED)
    taken.add(header)
    options = given.get("options")
    if not isinstance(options, list) or len(options) not in OPTIONS:
        raise Unreadable(prompts.RAISE_PROBLEM_OPTIONS)
    return {
        "question": question,
        "header": header,
        "options": [_option(option) for option in options],
        "multiSelect": given.get("multiSelect") is True,
    }


def _option(given: Any) -> dict[str, str]:
    if isinstance(given, str):
        given = {"label": given}
    if not isinstance(given, dict):
        raise Unreadable(prompts.RAISE_PROBLEM_OPTION_LABEL)
    label = _spoken(given.get("label"))
    if not label:
        raise Unreadable(prompts.RAISE_PROBLEM_OPTION_LABEL)
    return {"label": label, "description": _spoken(given.get("description"))}


def _spoken(value: Any) -> str:
    """A trimmed text; what is none counts as blank."""
    return trim(value) if isinstance(value, str) else ""
