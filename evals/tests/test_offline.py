"""The whole of it offline: our server, the offline answerer, the scripts, good and bad."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

from click.testing import Result
from smooth_operator_evals.questions import Question

Evals = Callable[..., Result]


def test_all_questions_pass_and_every_seeded_bad_answer_is_caught(
    evals: Evals, questions: list[Question], tmp_path: Path
) -> None:
    done = evals("run", "--report", str(tmp_path))
    assert done.exit_code == 0, done.output
    document = json.loads((tmp_path / "results.json").read_text("utf-8"))
    assert {each["question"] for each in document["results"]} == {q.name for q in questions}
    assert all(each["passed"] for each in document["results"])
    seeded = document["seededBadAnswers"]
    assert len(seeded) == sum(len(question.bad) for question in questions)
    assert [each for each in seeded if not each["caught"]] == []


def test_it_says_who_answered_and_that_nobody_judged(evals: Evals, tmp_path: Path) -> None:
    done = evals("run", "--report", str(tmp_path))
    document = json.loads((tmp_path / "results.json").read_text("utf-8"))
    assert {each["answeredBy"] for each in document["results"]} == {
        "offline-extractive",
        "scripted",
    }
    assert done.output.count("SKIPPED") == 1
    assert "SMOOTH_AGENT_E2E=1, SMOOAI_GATEWAY_KEY" in done.output
    assert document["judge"].keys() == {"skipped"}
    assert done.output.strip().splitlines()[-4].endswith("not judged")


def test_the_offline_answerer_is_asked_only_what_it_can_answer(
    evals: Evals, questions: list[Question], tmp_path: Path
) -> None:
    done = evals("run", "--model", "offline", "--report", str(tmp_path))
    assert done.exit_code == 0, done.output
    document = json.loads((tmp_path / "results.json").read_text("utf-8"))
    assert {each["answeredBy"] for each in document["results"]} == {"offline-extractive"}
    needing = {question.name for question in questions if question.needs == "model"}
    assert document["notPlayed"].keys() == needing
    suite = ET.parse(tmp_path / "junit.xml").getroot()
    assert int(suite.get("skipped", "")) == len(needing) + 1  # and the judge


def test_seeded_bad_answers_make_a_run_red(evals: Evals, tmp_path: Path) -> None:
    done = evals("run", "--model", "scripted-bad", "--report", str(tmp_path))
    assert done.exit_code == 1
    document = json.loads((tmp_path / "results.json").read_text("utf-8"))
    assert not any(each["passed"] for each in document["results"])
    suite = ET.parse(tmp_path / "junit.xml").getroot()
    assert suite.get("failures") == str(len(document["results"]))
    assert "## Failed checks" in (tmp_path / "summary.md").read_text("utf-8")
