"""The reports on results that no model would give: hostile text, no scores, nothing played."""

from __future__ import annotations

import json
from dataclasses import replace
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from rich.console import Console
from smooth_operator_evals.graders import Verdict
from smooth_operator_evals.judge.reading import JudgeError, Score
from smooth_operator_evals.judge.scoring import judge_results, summarise
from smooth_operator_evals.played import PlayedTurn, Source, ToolCall
from smooth_operator_evals.questions import Question
from smooth_operator_evals.records import Caught, Judged, JudgeSummary, Result, Run
from smooth_operator_evals.reporting import json_file, junit, markdown, terminal, write

HOSTILE = "[/red][bold]]]>\x00\x1b[31m | <script>\n# heading ✗ \ud83d"
SKIPPED = JudgeSummary(skipped="missing SMOOTH_AGENT_E2E=1")


@pytest.fixture
def failed(questions: list[Question]) -> Result:
    turn = PlayedTurn(
        "?", HOSTILE, (Source("a", HOSTILE),), (ToolCall("t", {"x": HOSTILE}),), None, "", 0.25
    )
    verdicts = (Verdict(1, "says", False, HOSTILE), Verdict(1, "cites", True))
    return Result(questions[0], "m|odel", 1, (turn,), verdicts)


def shown(run: Run) -> str:
    out = StringIO()
    terminal.show(run, Console(file=out, width=120, force_terminal=False))
    return out.getvalue()


def run_of(*results: Result, judge: JudgeSummary = SKIPPED, **more: object) -> Run:
    filled: dict[str, object] = {"not_played": {}, "caught": [], **more}
    return Run("local", results, judge=judge, **filled)  # type: ignore[arg-type]


def test_hostile_answers_break_no_report(failed: Result, tmp_path: Path) -> None:
    run = run_of(failed)
    (results, _, _) = write.files(run, tmp_path / "new" / "folder")
    assert json.loads(results.read_text("utf-8"))["results"][0]["turns"][0]["text"] == HOSTILE
    suite = ET.fromstring(junit.render(run))
    assert suite.get("failures") == "1"
    assert json.loads(json_file.render(run))["results"][0]["score"] == 0.5
    rows = [line for line in markdown.render(run).splitlines() if line.startswith("| ✗")]
    assert len(rows) == 1
    assert "m\\|odel" in rows[0]
    text = shown(run)
    assert "\x1b" not in text
    assert "\x00" not in text
    assert "[/red][bold]" in text


def test_a_failure_shows_question_answer_and_reason(failed: Result) -> None:
    detailed = replace(failed, verdicts=(Verdict(1, "says", False, "nowhere: 11 days"),))
    text = shown(run_of(detailed))
    assert f"✗ {failed.question.name}: {failed.question.about}" in text
    assert "says: nowhere: 11 days" in text
    assert "asked: ?" in text
    assert "1 answer to 1 question, 1 failed, score 0.00, not judged" in text


def test_a_bad_answer_that_nobody_caught_fails_the_run(failed: Result) -> None:
    green = replace(failed, verdicts=(Verdict(1, "says", True),))
    missed = Caught("q", "b", ("says",), ())
    run = run_of(green, caught=[missed])
    assert not run.passed
    assert run_of(green).passed
    assert "graders: 0 of 1 seeded bad answers caught" in shown(run)
    assert "q / b: says should have failed, not nothing" in shown(run)
    assert 'failures="1"' in junit.render(run)


def test_nothing_played_is_no_pass() -> None:
    assert not run_of().passed
    assert run_of().score == 0


def test_the_skip_is_one_line_and_no_pass_of_the_judge(failed: Result) -> None:
    run = run_of(failed)
    assert shown(run).count("SKIPPED") == 1
    assert "**skipped**" in markdown.render(run)
    assert 'testcase name="judge" classname="evals">\n    <skipped' in junit.render(run)


class Fixed:
    """A judge that says what it is told to."""

    def __init__(self, *said: Score | JudgeError) -> None:
        self._said = list(said)

    async def score(self, question: Question, turns: object) -> Score:
        said = self._said.pop(0)
        if isinstance(said, JudgeError):
            raise said
        return said


async def test_mean_worst_and_errors_of_a_judge(failed: Result) -> None:
    results = [replace(failed, attempt=n) for n in (1, 2, 3)]
    judge = Fixed(Score(5, "good"), JudgeError("it said nothing"), Score(2, "bad"))
    judged = await judge_results(results, judge)
    summary = summarise(judged, "j", 3.5)
    name = failed.question.name
    assert (summary.means, summary.worst) == ({name: 3.5}, {name: 2})
    assert summary.errors == (f"{name} #2: it said nothing",)
    assert (summary.below, summary.passed) == ([], False)
    text = shown(run_of(*judged, judge=summary))
    assert f"judge: {name}: mean 3.50, worst 2 of 5" in text
    assert "judge j: mean 3.50, worst 2 of 5, threshold 3.5" in text
    assert "mean 3.50, worst 2 of 5" in markdown.render(run_of(*judged, judge=summary))


async def test_a_low_score_shows_the_reason_of_the_worst(failed: Result) -> None:
    results = [replace(failed, attempt=n) for n in (1, 2)]
    judged = await judge_results(results, Fixed(Score(3, "vague"), Score(1, "made | up")))
    run = run_of(*judged, judge=summarise(judged, "j", 3))
    assert "worst 1 of 5\n    made | up\n" in shown(run)
    assert f"- **{failed.question.name}**: made \\| up" in markdown.render(run)


async def test_a_failed_turn_gets_the_lowest_score_without_a_judge(failed: Result) -> None:
    broken = replace(failed, turns=(PlayedTurn("?", error="AGENT_ERROR: no"),))
    (judged,) = await judge_results([broken], Fixed())
    assert judged.judged == Judged(1, "not asked: the turn failed: AGENT_ERROR: no")
    assert not summarise([judged], "j", 1.5).passed


def test_a_judge_without_any_score_is_no_pass(failed: Result) -> None:
    summary = summarise([replace(failed, judged=Judged(None, error="HTTP 500"))], "j", 1)
    assert (summary.mean, summary.passed) == (None, False)
    run = run_of(failed, judge=summary)
    assert "gave no score" in markdown.render(run)
    assert json.loads(json_file.render(run))["judge"]["passed"] is False
    assert ET.fromstring(junit.render(run)).find("testcase[@name='judge']/failure") is not None
