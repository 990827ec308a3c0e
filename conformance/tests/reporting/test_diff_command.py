"""The command `diff`, from two report directories to an exit code."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner
from smooth_operator_conformance.commands.diff import command
from smooth_operator_conformance.record_io import RecordWriter
from smooth_operator_conformance.records import CaseResult, Outcome, RunEnd, RunStart


def report(folder: Path, outcome: Outcome) -> Path:
    with RecordWriter(folder / "results.jsonl") as out:
        out.write(RunStart("r", "", "0", "0"))
        out.write(CaseResult("a/b", "t", outcome))
        out.write(RunEnd("", 0, 0))
    return folder


def test_worse_is_exit_1_and_better_exit_0(tmp_path: Path) -> None:
    good, bad = report(tmp_path / "good", "pass"), report(tmp_path / "bad", "fail")
    worse = CliRunner().invoke(command, [str(good), str(bad)])
    assert (worse.exit_code, "Worse (1)" in worse.output) == (1, True)
    better = CliRunner().invoke(command, [str(bad), str(good)])
    assert (better.exit_code, "Better (1)" in better.output) == (0, True)


def test_no_run_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "results.jsonl").write_text("nope\n", encoding="ascii")
    result = CliRunner().invoke(command, [str(tmp_path), str(tmp_path)])
    assert result.exit_code == 2
