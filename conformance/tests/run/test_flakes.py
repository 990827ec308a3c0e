"""The series of runs: told line by line, resumed, red when something failed unrescued."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from smooth_operator_conformance.run.flakes import (
    LOG,
    FlakesArgs,
    Series,
    Told,
    flakes_command,
    read,
    summary,
)

FAKES = Path(__file__).parent.parent / "fakes"
SMALL = f"cmd:{sys.executable} {FAKES / 'small_server.py'}"


def series(folder: Path, runs: int, target: str = SMALL, *, fresh: bool = False) -> int:
    return flakes_command(
        FlakesArgs(
            runs=runs,
            target=target,
            corpus=FAKES / "corpus",
            deadline=0.5 if target != SMALL else 10.0,
            report=folder,
            fresh=fresh,
        )
    )


def test_a_series_goes_on_where_it_stopped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert series(tmp_path, 1) == 0
    assert series(tmp_path, 2) == 0
    told = capsys.readouterr().out
    assert "1 of 2 runs are in" in told
    assert "run 2 of 2: 1 cells" in told
    assert told.splitlines()[-1].startswith("flakes: 2 runs, 2 cells")
    seeds = [json.loads(text)["seed"] for text in (tmp_path / LOG).read_text().splitlines()]
    assert seeds == ["flakes-1", "flakes-2"]
    assert [path.name for path in tmp_path.iterdir()] == [LOG]
    assert series(tmp_path, 1, fresh=True) == 0
    assert len(read(tmp_path / LOG)) == 1


def test_a_failure_is_named_counted_and_its_trace_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert series(tmp_path, 2, "null:silent") == 1
    told = capsys.readouterr().out
    assert "  fail: turns/two: deadline, step" in told
    assert "fail in 2 of 2 runs: turns/two" in told
    assert "2 unrescued failures, 0 rescued" in told
    assert list((tmp_path / "run-002" / "traces").iterdir())


def test_a_target_that_does_not_start_ends_the_series(tmp_path: Path) -> None:
    assert series(tmp_path, 3, "cmd:no-such-command-at-all") == 3
    assert read(tmp_path / LOG) == []
    assert series(tmp_path, 3, "nobody") == 2


def test_the_summary_counts_rescues_apart() -> None:
    rescued, failed = Told("a/b", "rescued", "late"), Told("a/c", "fail", "why")
    done = [Series(1, "s", 60.0, 5, (rescued,)), Series(2, "s", 60.0, 5, (rescued, failed))]
    assert list(summary(done)) == [
        "rescued in 2 of 2 runs: a/b",
        "fail in 1 of 2 runs: a/c",
        "flakes: 2 runs, 10 cells in 2 min, 1 unrescued failures, 2 rescued",
    ]


def test_a_line_that_was_cut_off_is_run_again(tmp_path: Path) -> None:
    log = tmp_path / LOG
    whole = '{"run": 1, "seed": "s", "seconds": 1.0, "cells": 1, "told": []}\n'
    log.write_text(whole + whole[:20])
    assert [one.run for one in read(log)] == [1]
