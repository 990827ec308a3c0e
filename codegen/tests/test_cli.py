"""The command line writes, checks and compares; its exit codes are what a pipeline reads."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from smooth_operator_codegen.cli import main

Files = dict[str, Any]
FIXTURE = "conformance/messages/ToldEvent/valid/plain.json"


@pytest.fixture
def checkout(spec: Files, tmp_path: Path) -> Path:
    """A repository with nothing but the miniature contract, committed once."""
    lay_out(tmp_path, {**spec, FIXTURE: {"instance": {"type": "told"}}})
    for arguments in (
        ["init", "-q"],
        ["add", "spec"],
        ["-c", "user.name=a", "-c", "user.email=a@b.example", "commit", "-q", "-m", "first"],
    ):
        subprocess.run(["git", "-C", str(tmp_path), *arguments], check=True, capture_output=True)
    return tmp_path


def lay_out(root: Path, files: Files) -> None:
    for path, content in files.items():
        target = root / "spec" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content if path == "VERSION" else json.dumps(content), encoding="utf-8")


def test_write_then_check(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--root", str(checkout), "--check"]) == 1
    assert "missing: clients/python/smooth_operator/protocol/encode.py" in capsys.readouterr().out
    assert main(["--root", str(checkout)]) == 0
    assert main(["--root", str(checkout), "--check"]) == 0
    last = capsys.readouterr().out.strip().split("\n")[-1]
    assert "0 out of step; emitters " in last
    assert "python models" in last


def test_diff_wants_the_version_to_say_so(
    checkout: Path, spec: Files, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--root", str(checkout), "--diff", "HEAD"]) == 0
    errors = spec["catalogue.json"]["errors"]
    errors.append(errors[0] | {"code": "OUCH"})
    lay_out(checkout, spec)
    assert main(["--root", str(checkout), "--diff", "HEAD"]) == 1
    out = capsys.readouterr().out
    assert "additive  error OUCH: is new" in out
    assert "which the version does not say" in out
    lay_out(checkout, spec | {"VERSION": "1.1.0"})
    assert main(["--root", str(checkout), "--diff", "HEAD"]) == 0


def test_what_was_readable_once_stays_so(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fixture = checkout / "spec" / FIXTURE
    moved = fixture.rename(fixture.with_name("renamed.json"))
    assert main(["--root", str(checkout), "--diff", "HEAD"]) == 0
    moved.unlink()
    assert main(["--root", str(checkout), "--diff", "HEAD"]) == 1
    said = f"breaking  {FIXTURE}: no fixture holds this message any more"
    assert said in capsys.readouterr().out


def test_a_bad_spec_and_a_bad_revision_are_told(
    checkout: Path, spec: Files, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--root", str(checkout), "--diff", "nowhere"]) == 2
    assert "git has no spec/ at 'nowhere'" in capsys.readouterr().err
    (checkout / "spec" / "catalogue.json").write_text("{", encoding="utf-8")
    assert main(["--root", str(checkout)]) == 2
    assert "spec/catalogue.json#: is no JSON" in capsys.readouterr().err
    assert spec["VERSION"] == "1.0.0"
