"""The choice card: exact messages, their order, canonical answers."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from smooth_operator.protocol import prompts
from smooth_operator_server.interactions.base import Accepted, BadRaise, Raise, Refused
from smooth_operator_server.interactions.choices import Choices
from smooth_operator_server.interactions.kinds import KINDS

KIND = Choices()


def question(header: str = "Size", multi: Any = None, **more: Any) -> dict[str, Any]:
    asked = {"question": f"Which {header}?", "header": header, "options": ["S", "L"], **more}
    return asked if multi is None else {**asked, "multiSelect": multi}


def spec(*questions: dict[str, Any]) -> Any:
    raised = KIND.parse_raise({"questions": list(questions)})
    assert isinstance(raised, Raise)
    return raised.spec


def answer(header: str, *options: str, **more: Any) -> dict[str, Any]:
    return {"header": header, "options": list(options), **more}


def errors(answers: Any, of: Any = None) -> list[tuple[str, str]]:
    refused = KIND.validate({"answers": answers}, of)
    assert isinstance(refused, Refused)
    return [(problem.field, problem.message) for problem in refused.problems]


def test_raising() -> None:
    raised = KIND.parse_raise(
        {
            "questions": [
                {
                    "question": " Which? ",
                    "header": " Größe ",
                    "options": [" S ", {"label": "L ", "description": " roomy ", "x": 1}],
                    "multiSelect": True,
                },
                question(multi="yes"),
            ]
        }
    )
    assert raised == Raise(
        {
            "questions": [
                {
                    "question": "Which?",
                    "header": "Größe",
                    "options": [
                        {"label": "S", "description": ""},
                        {"label": "L", "description": "roomy"},
                    ],
                    "multiSelect": True,
                },
                {
                    "question": "Which Size?",
                    "header": "Size",
                    "options": [
                        {"label": "S", "description": ""},
                        {"label": "L", "description": ""},
                    ],
                    "multiSelect": False,
                },
            ]
        },
        "to help you better",
    )


@pytest.mark.parametrize(
    ("questions", "problem"),
    [
        (None, prompts.RAISE_PROBLEM_QUESTIONS),
        ([], prompts.RAISE_PROBLEM_QUESTIONS),
        ([question(str(i)) for i in range(5)], prompts.RAISE_PROBLEM_QUESTIONS),
        ([question(), "x"], prompts.RAISE_PROBLEM_QUESTIONS),
        ([question(question=" ")], prompts.RAISE_PROBLEM_QUESTION),
        ([question(question=7)], prompts.RAISE_PROBLEM_QUESTION),
        ([question(header="")], prompts.RAISE_PROBLEM_HEADER),
        ([question(header="x" * 13)], prompts.RAISE_PROBLEM_HEADER),
        ([{**question(), "header": None}], prompts.RAISE_PROBLEM_HEADER),
        ([question(), question(header=" Size ")], prompts.RAISE_PROBLEM_HEADER_REPEATED),
        ([question(options=["a"])], prompts.RAISE_PROBLEM_OPTIONS),
        ([question(options=list("abcde"))], prompts.RAISE_PROBLEM_OPTIONS),
        ([question(options="ab")], prompts.RAISE_PROBLEM_OPTIONS),
        ([question(options=["a", " "])], prompts.RAISE_PROBLEM_OPTION_LABEL),
        ([question(options=["a", {"label": ""}])], prompts.RAISE_PROBLEM_OPTION_LABEL),
        ([question(options=["a", 7])], prompts.RAISE_PROBLEM_OPTION_LABEL),
    ],
)
def test_bad_raises(questions: Any, problem: str) -> None:
    assert KIND.parse_raise({"questions": questions}) == BadRaise(
        prompts.raise_arguments_invalid(problem=problem, tool="request_choices")
    )


def test_headers_are_measured_in_characters() -> None:
    assert spec(question(header="😀" * 12))["questions"][0]["header"] == "😀" * 12


def test_canonical_answers_are_in_question_order() -> None:
    of = spec(question("Size"), question("Colour", multi=True), question("Note"))
    values = {
        "answers": [
            answer("Unknown", "x"),
            {"header": " Note ", "options": None, "other": " mine "},
            answer("Colour", " L ", "S", "", other=" "),
            answer("Size", "S"),
            answer("Size", "L"),
        ]
    }
    assert KIND.validate(values, of) == Accepted(
        {
            "answers": [
                {"header": "Size", "options": ["S"]},
                {"header": "Colour", "options": ["L", "S"]},
                {"header": "Note", "options": [], "other": "mine"},
            ]
        },
        {},
    )


def test_every_question_reports_all_its_errors() -> None:
    of = spec(question("A"), question("B"), question("C"), question("D", multi=True))
    found = errors(
        [answer("A"), answer("C", "s", "XL", other="no"), answer("D", "S", "L", "Q")], of
    )
    assert found == [
        ("A", "select an option or provide an 'other' answer"),
        ("B", "this question must be answered"),
        ("C", "'s' is not one of the offered options"),
        ("C", "'XL' is not one of the offered options"),
        ("C", "this question takes a single answer"),
        ("D", "'Q' is not one of the offered options"),
    ]


def test_labels_are_not_deduplicated() -> None:
    assert errors([answer("Size", "S", "S")], spec(question())) == [
        ("Size", "this question takes a single answer")
    ]
    accepted = KIND.validate({"answers": [answer("Size", "S", "S")]}, spec(question(multi=True)))
    assert isinstance(accepted, Accepted)
    assert accepted.values["answers"][0]["options"] == ["S", "S"]


def test_no_answers_to_asked_questions() -> None:
    assert errors([], spec(question())) == [("Size", "this question must be answered")]


def test_without_a_spec_only_emptiness_counts() -> None:
    assert errors([]) == [("answers", "provide an answer for each question, or declined=true")]
    values = {"answers": [answer(" B ", "x"), {"header": "A"}]}
    assert KIND.validate(values, None) == Accepted(
        {"answers": [{"header": "B", "options": ["x"]}, {"header": "A", "options": []}]}, {}
    )


@pytest.mark.parametrize(
    "values",
    [
        [],
        "x",
        {},
        {"answers": {}},
        {"answers": ["S"]},
        {"answers": [{"options": ["S"]}]},
        {"answers": [{"header": 1}]},
        {"answers": [{"header": "A", "options": "S"}]},
        {"answers": [{"header": "A", "options": [1]}]},
        {"answers": [{"header": "A", "other": 1}]},
    ],
)
def test_another_shape(values: Any) -> None:
    refused = KIND.validate(values, spec(question()))
    assert isinstance(refused, Refused)
    (problem,) = refused.problems
    assert problem.field == "values"
    assert problem.message.startswith("invalid values shape")


texts = st.sampled_from(["A", "B", " A ", "S", "L", "", " "])
given_answers = st.lists(
    st.fixed_dictionaries(
        {"header": texts}, optional={"options": st.lists(texts, max_size=3), "other": texts}
    ),
    max_size=4,
)


@given(given_answers, st.booleans())
def test_accepted_answers_are_accepted_again(answers: list[Any], multi: bool) -> None:
    of = spec(question("A", multi=multi), question("B", multi=multi))
    verdict = KIND.validate({"answers": answers}, of)
    if isinstance(verdict, Accepted):
        assert KIND.validate(verdict.values, of) == verdict
        assert [a["header"] for a in verdict.values["answers"]] == ["A", "B"]


def test_the_kinds_are_in_catalogue_order() -> None:
    assert [(kind.name, kind.capability, kind.raise_tool) for kind in KINDS] == [
        ("identity_intake", "identity_form", "request_identity_intake"),
        ("choices", "choice_chips", "request_choices"),
    ]
    for kind in KINDS:
        assert kind.raise_tool in prompts.TOOLS
