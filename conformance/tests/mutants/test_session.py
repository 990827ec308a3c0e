"""The whole command, against servers that deserve nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from smooth_operator_conformance.mutants import session
from smooth_operator_conformance.mutants.session import MutantArgs, run_mutants
from smooth_operator_conformance.reporting.collector import load


def test_a_red_corpus_proves_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    args = MutantArgs(target="null:close", only=("turns/plain",), report=tmp_path)
    assert run_mutants(args) == 1
    out = capsys.readouterr().out.splitlines()
    assert "red: turns/plain is fail without any fault" in out
    assert out[-1].startswith("mutants: 0 of ")
    assert out[-1].endswith(" killed")
    run = load(tmp_path)
    assert run.mutant_totals is not None
    assert run.end is not None
    assert run.requirements is not None
    assert run.requirements.proven == ()
    assert (tmp_path / "index.html").is_file()


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (MutantArgs(target="no-such-target"), 2),
        (MutantArgs(pin=True, only=("turns/plain",)), 2),
        (MutantArgs(pin=True, source=False), 2),
        (MutantArgs(only=("no/such-scenario",)), 2),
        (MutantArgs(target="cmd:/no/such/program", only=("turns/plain",)), 3),
    ],
)
def test_exit_codes(args: MutantArgs, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_mutants(args) == code
    assert capsys.readouterr().err


def test_survivors_are_pinned_sorted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "SURVIVORS", tmp_path / "survivors.json")
    session._pin_survivors(["drop:b", "drop:a"])
    assert (tmp_path / "survivors.json").read_text("utf-8") == '[\n "drop:a",\n "drop:b"\n]\n'
