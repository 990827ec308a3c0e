"""The question files: ours are sound, and what is not sound is refused by file and place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from smooth_operator_evals.answering.agents import PERSONAS
from smooth_operator_evals.questions import Question, QuestionError, load

GOOD = """
area = "grounding"
needs = "model"
about = "a test"
reference = "yes"

[[turns]]
say = "Well?"
expect = { says = ['yes'] }
good = [{ text = "yes" }]

[[bad]]
name = "no"
fails = ["says"]
steps = [{ text = "no" }]
"""


def test_ours_cover_every_area_and_every_grader(questions: list[Question]) -> None:
    assert len(questions) >= 16
    areas = Counter(question.area for question in questions)
    assert areas.keys() == {"grounding", "memory", "refusal", "tools", "tone"}
    assert min(areas.values()) >= 2
    failed = {check for question in questions for bad in question.bad for check in bad.fails}
    asked = {
        check for question in questions for turn in question.turns for check in turn.expect.asked
    }
    assert asked - failed <= {"cites", "cites_none"}  # the server cites, no script can prevent it
    assert any(len(question.turns) > 1 for question in questions if question.area == "memory")
    assert sum(question.needs == "documents" for question in questions) >= 4


def test_no_message_is_said_in_two_questions(questions: list[Question]) -> None:
    said = Counter(turn.say for question in questions for turn in question.turns)
    assert said.most_common(1)[0][1] == 1


def test_every_agent_that_is_asked_exists(questions: list[Question]) -> None:
    assert {question.agent for question in questions} <= PERSONAS.keys()


def _written(folder: Path, text: str, name: str = "q") -> Path:
    (folder / f"{name}.toml").write_text(text, "utf-8")
    return folder


def test_a_sound_one_is_read(tmp_path: Path) -> None:
    (question,) = load(_written(tmp_path, GOOD))
    assert (question.name, question.turns[0].expect.asked) == ("q", ("says",))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("area =", "arena =", "q.toml: arena: unknown key"),
        ("expect = { says", "expect = { sayz", "turns.0.expect.sayz: unknown key"),
        ("steps =", "stebs =", "bad.0.stebs: unknown key"),
        ('"grounding"', '"humour"', "q.toml: area:"),
        ("['yes']", "['(yes']", "turns.0.expect.says.0: '(yes' is no regular expression"),
        ("{ says = ['yes'] }", "{ longest = 0 }", "turns.0.expect.longest"),
        ("{ says = ['yes'] }", "{ refuses = 1 }", "turns.0.expect.refuses"),
        ("{ says = ['yes'] }", "{}", "no turn expects anything"),
        ('fails = ["says"]', 'fails = ["tools"]', "turn 1 asks for no 'tools'"),
        ('fails = ["says"]', 'fails = ["says"]\nturn = 2', "there is no turn 2"),
        ('fails = ["says"]', "fails = []", "bad.0.fails"),
        ('good = [{ text = "yes" }]', "good = []", "turns.0.good"),
        ('good = [{ text = "yes" }]', "good = [{}]", "a step has either text or call"),
        ('[{ text = "no" }]', '[{ text = "no", call = "x" }]', "a step has either text or call"),
        ('about = "a test"', "", "about: Field required"),
        ('about = "a test"', 'name = "other"', "name: leave it out"),
        ("[[turns]]", "[[turns]", "q.toml: no TOML"),
    ],
)
def test_an_unsound_one_is_refused_by_place(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert GOOD.count(old) == 1
    with pytest.raises(QuestionError) as error:
        load(_written(tmp_path, GOOD.replace(old, new)))
    assert told in str(error.value)
    assert "\n" not in str(error.value)


def test_an_empty_folder_and_a_glob_without_match_are_refused(tmp_path: Path) -> None:
    with pytest.raises(QuestionError, match=r"no \*\.toml question"):
        load(tmp_path)
    with pytest.raises(QuestionError, match=r"--only z\*: no such question"):
        load(_written(tmp_path, GOOD), ["z*"])


@pytest.mark.parametrize("glob", ["q", "q*", "grounding", "grounding/q", "*/q"])
def test_only_means_names_and_areas(tmp_path: Path, glob: str) -> None:
    _written(tmp_path, GOOD.replace("grounding", "tone"), "other")
    assert [question.name for question in load(_written(tmp_path, GOOD), [glob])] == ["q"]


def test_the_list_names_them_and_checks_a_folder(
    evals: Callable[..., Result], tmp_path: Path
) -> None:
    done = evals("list")
    assert done.exit_code == 0
    assert "loan-period" in done.output
    assert "also for the offline answerer" in done.output
    bad = evals("list", "--questions", str(_written(tmp_path, "area = 1")))
    assert bad.exit_code == 2
    assert "q.toml: area" in bad.output
