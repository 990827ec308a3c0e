"""The gated run from the command line: judged, under the threshold, skipped; and what it leaves."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from smooth_operator_evals.judge.gate import JudgeSettings, Skipped, look
from smooth_operator_evals.judge.quiet import SET, TAKEN_AWAY
from smooth_operator_evals.run import Arguments, carry_out

from .scripted_judge import ANSWERER, JUDGE, KEY, Scripted


async def test_a_judged_run_asks_thrice_and_gives_mean_and_worst(
    gateway: Scripted, outside: Callable[[], list[Any]]
) -> None:
    run = await carry_out(Arguments(env=gateway.env, only=("loan-period", "charging-time")))
    assert run.passed
    assert len(run.results) == 6
    assert {result.model for result in run.results} == {ANSWERER}
    assert (run.judge.model, run.judge.means) == (JUDGE, {"charging-time": 5, "loan-period": 5})
    assert gateway.keys == {f"Bearer {KEY}"}
    assert outside() == []


async def test_bad_answers_are_under_the_threshold(gateway: Scripted) -> None:
    gateway.bad = True
    run = await carry_out(Arguments(env=gateway.env, only=("loan-period",)))
    assert not run.passed
    assert run.judge.below == ["loan-period"]
    assert (run.judge.mean, run.judge.worst) == (1, {"loan-period": 1})


async def test_a_threshold_alone_can_fail_a_run(gateway: Scripted) -> None:
    gateway.rule = lambda read: (200, json.dumps({"score": 3, "reason": "middling"}))
    low = await carry_out(Arguments(env=gateway.env, only=("loan-period",), threshold=3, repeat=1))
    high = await carry_out(Arguments(env=gateway.env, only=("loan-period",), repeat=1))
    assert (low.passed, high.passed) == (True, False)
    assert all(result.passed for result in high.results)


async def test_a_mean_hides_no_worst(gateway: Scripted) -> None:
    scores = iter([5, 2, 5])
    gateway.rule = lambda read: (200, json.dumps({"score": next(scores), "reason": "so"}))
    run = await carry_out(Arguments(env=gateway.env, only=("loan-period",)))
    assert (run.judge.means, run.judge.worst) == ({"loan-period": 4}, {"loan-period": 2})


async def test_a_judge_that_says_nonsense_is_no_pass(gateway: Scripted) -> None:
    gateway.rule = lambda read: (200, "Lovely!")
    run = await carry_out(Arguments(env=gateway.env, only=("loan-period",), repeat=1))
    assert not run.passed
    assert run.judge.mean is None
    assert run.judge.errors == ("loan-period #1: the judge answered no JSON object: 'Lovely!'",)


def test_the_gate_names_everything_that_is_missing(gateway: Scripted) -> None:
    for name in ("SMOOTH_AGENT_E2E", "SMOOAI_GATEWAY_KEY", "SMOOTH_AGENT_MODEL"):
        env = {key: value for key, value in gateway.env.items() if key != name}
        gate = look(env, local=True)
        assert isinstance(gate, Skipped)
        assert name in gate.reason
        assert KEY not in gate.reason
    gate = look(gateway.env, local=True)
    assert isinstance(gate, JudgeSettings)
    assert KEY not in repr(gate)
    offline = look(gateway.env, local=True, model="offline")
    assert isinstance(offline, Skipped)


async def _command(folder: Path, env: dict[str, str], *arguments: str) -> tuple[int, str]:
    """`smooth-evals` in a process and a folder of its own."""
    home = folder / "home"
    home.mkdir()
    kept = {key: os.environ[key] for key in ("PATH", "COVERAGE_PROCESS_START") if key in os.environ}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "smooth_operator_evals.cli", *arguments),
        cwd=folder,
        env={**kept, "HOME": str(home), "COLUMNS": "120", **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, output.decode()


def _nothing_left(folder: Path) -> None:
    """Only the report that was asked for, and no key in it."""
    assert sorted(path.name for path in folder.iterdir()) == [".env", "home", "report"]
    assert list((folder / "home").iterdir()) == []
    assert not any(KEY in path.read_text("utf-8") for path in (folder / "report").iterdir())


@pytest.mark.parametrize("bad", [False, True])
async def test_a_judged_run_leaves_nothing_behind_and_keeps_the_key(
    gateway: Scripted, tmp_path: Path, bad: bool
) -> None:
    gateway.bad = bad
    noisy = {name: "1" for name in TAKEN_AWAY if name != "DEEPEVAL_EVAL_MODE"}
    env = {**gateway.env, **noisy, "DEEPEVAL_RESULTS_FOLDER": "left-behind"}
    (tmp_path / ".env").write_text("DEEPEVAL_EVAL_MODE=system_one\nOPENAI_API_KEY=x\n")
    report = ("--report", "report")
    code, output = await _command(tmp_path, env, "run", "--only", "loan-period", *report)
    assert code == int(bad), output
    assert "judge a-judge: mean" in output
    assert "SKIPPED" not in output
    _nothing_left(tmp_path)
    assert KEY not in output


async def test_without_a_key_deepeval_is_not_even_imported(tmp_path: Path) -> None:
    code = (
        "import sys; from click.testing import CliRunner; "
        "from smooth_operator_evals.cli import main; "
        "done = CliRunner().invoke(main, ['run', '--only', 'loan-period']); "
        "print(done.exit_code, done.output.count('SKIPPED'), 'deepeval' in sys.modules)"
    )
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", code), cwd=tmp_path, stdout=subprocess.PIPE
    )
    output, _ = await process.communicate()
    assert output.decode().split() == ["0", "1", "False"]


def test_telemetry_is_off() -> None:
    from deepeval.telemetry import NoopBackend, get_backend
    from smooth_operator_evals.judge import metric

    assert metric.SPAN == 4
    assert isinstance(get_backend(), NoopBackend)
    assert {os.environ[name] for name in SET} <= {"1", "0"}
