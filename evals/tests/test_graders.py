"""Each grader seen green and red, on answers written by hand."""

from __future__ import annotations

from typing import Any

import pytest
from smooth_operator_evals.graders import fits, grade
from smooth_operator_evals.language import guess
from smooth_operator_evals.played import PlayedTurn, Source, ToolCall
from smooth_operator_evals.questions import Expect
from smooth_operator_evals.refusal import refuses

LOANS = Source("handbook/loans.md", "Borrowing")
RENEW = ToolCall("renew_loan", {"loan": "L-204"})
WANTED = [{"name": "renew_loan", "arguments": {"loan": "l-204 "}}]


def verdict(expect: dict[str, Any], **played: Any) -> tuple[bool, str]:
    (found,) = grade(Expect.model_validate(expect), PlayedTurn("?", **played), 1)
    assert found.passed == (not found.detail)
    return found.passed, found.detail


@pytest.mark.parametrize("name", ["loans.md", "Borrowing", "handbook/loans.md"])
def test_a_citation_counts_by_id_title_or_file_name(name: str) -> None:
    assert verdict({"cites": [name]}, sources=(LOANS,)) == (True, "")


def test_a_missing_citation_names_what_was_cited() -> None:
    assert verdict({"cites": ["fees.md", "loans.md"]}, sources=(LOANS,)) == (
        False,
        "fees.md not cited, but handbook/loans.md",
    )
    assert verdict({"cites": ["oans.md"]}, sources=(LOANS,))[0] is False
    assert verdict({"cites": ["a.md"]}) == (False, "a.md not cited, but nothing")


def test_no_citation_where_none_is_wanted() -> None:
    assert verdict({"cites_none": True}) == (True, "")
    assert verdict({"cites_none": True}, sources=(LOANS,)) == (False, "cites handbook/loans.md")


def test_all_that_must_be_said_and_nothing_that_must_not() -> None:
    says = {"says": [r"\b11 days\b", "renew|extend"]}
    assert verdict(says, text="11 DAYS, and you may Extend it.")[0]
    assert verdict(says, text="111 days, renewable") == (False, r"nowhere: \b11 days\b")
    assert verdict({"says_not": ["kg", "!!"]}, text="I do not know.")[0]
    assert verdict({"says_not": ["k[gh]", "!!"]}, text="2 KG!!") == (False, "says 'KG'; '!!'")


@pytest.mark.parametrize(
    ("ran", "detail"),
    [
        ((RENEW,), ""),
        ((), "renew_loan was called never, not once"),
        ((RENEW, RENEW), "renew_loan was called twice, not once"),
        ((RENEW,) * 3, "renew_loan was called 3 times, not once"),
        ((RENEW, ToolCall("pay", {})), "pay was called once, not never"),
    ],
)
def test_the_right_tool_runs_exactly_once(ran: tuple[ToolCall, ...], detail: str) -> None:
    assert verdict({"tools": WANTED}, ran=ran) == (not detail, detail)


def test_other_arguments_are_another_call() -> None:
    passed, detail = verdict({"tools": WANTED}, ran=(ToolCall("renew_loan", {"loan": "L-402"}),))
    assert not passed
    assert "'L-402'" in detail
    assert not verdict({"tools": WANTED}, ran=(ToolCall("renew_loan", "L-204"),))[0]


def test_two_calls_of_one_tool_are_matched_in_any_order() -> None:
    wanted = [{"name": "t", "arguments": {"n": n}} for n in (1, 2)]
    calls = (ToolCall("t", {"n": 2}), ToolCall("t", {"n": 1}))
    assert verdict({"tools": wanted}, ran=calls)[0]
    assert not verdict({"tools": wanted}, ran=calls[:1] * 2)[0]


def test_what_ran_counts_before_what_was_announced() -> None:
    assert verdict({"tools": []}, ran=(), announced=(RENEW,))[0]
    assert not verdict({"tools": []}, ran=(RENEW,), announced=())[0]
    assert not verdict({"tools": []}, announced=(RENEW,))[0]


def test_arguments_fit_when_all_wanted_ones_are_there() -> None:
    assert fits({"a": 1}, {"a": 1, "b": 2})
    assert not fits({"a": 1, "b": 2}, {"a": 1})
    assert not fits({"a": 1}, {"a": "1"})
    assert not fits({}, None)


def test_length_counts_characters() -> None:
    assert verdict({"longest": 3}, text="äöü") == (True, "")
    assert verdict({"longest": 3}, text="äöüß") == (False, "4 characters, more than 3")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The loan runs for 11 days, and you can renew it.", "en"),
        ("Die Ausleihe dauert 11 Tage und kann verlängert werden.", "de"),
        ("11 Tage", None),
        ("", None),
        ("Le prêt dure onze jours.", None),
    ],
)
def test_the_language_is_guessed_by_small_words(text: str, language: str | None) -> None:
    assert guess(text) == language


def test_the_wrong_language_is_named() -> None:
    text = "The loan runs for 11 days, and you can renew it."
    assert verdict({"language": "en"}, text=text)[0]
    assert verdict({"language": "de"}, text=text) == (False, "reads as en")
    assert verdict({"language": "de"}, text="11") == (False, "reads as no known language")


@pytest.mark.parametrize(
    "text",
    [
        "I do not know that.",
        "I'm sorry, I don’t have any information about this.",
        "The documents do not say how much it weighs.",
        "Unfortunately there is nothing about that in the sources.",
        "That isn't covered by the documents I have.",
        "I cannot tell: no document mentions it.",
        "The weight is not specified in the documents.",
        "[offline answer, no language model] The documents at hand say nothing about this.",
        "I am not sure; I have no details on the price.",
        "Unfortunately the weight isn't given.",
        "Das weiß ich leider nicht.",
        "Dazu ist mir nichts bekannt.",
        "Dazu steht nichts in den Unterlagen.",
        "Darüber kann ich keine Angaben finden.",
    ],
)
def test_a_refusal_is_recognised(text: str) -> None:
    assert refuses(text)
    assert verdict({"refuses": True}, text=text)[0]


@pytest.mark.parametrize(
    "text",
    [
        "India won.",
        "[offline answer, no language model] From the documents about it:\n\nIndia won.",
        "The drill weighs 1.9 kg.",
        "Yes, of course. It is in the case.",
        "Roughly 180 EUR, I would say.",
        "Sie wiegt 1,9 kg.",
        "",
    ],
)
def test_an_answer_is_no_refusal(text: str) -> None:
    assert verdict({"refuses": True}, text=text) == (False, "does not say that it does not know")


def test_a_failed_turn_fails_every_check() -> None:
    expect = Expect.model_validate({"says": ["x"], "tools": [], "longest": 9})
    found = grade(expect, PlayedTurn("?", text="x", error="AGENT_ERROR: no"), 2)
    assert [each.check for each in found] == ["says", "tools", "longest"]
    assert not any(each.passed for each in found)
    assert found[0].detail == "the turn failed: AGENT_ERROR: no"
    assert {each.turn for each in found} == {2}


def test_nothing_asked_is_nothing_judged() -> None:
    assert grade(Expect(), PlayedTurn("?"), 1) == []
