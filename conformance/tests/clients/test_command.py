"""The command: exit codes, what is printed, what a report holds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from smooth_operator_conformance.cli import main


def clients(*args: str) -> Result:
    return CliRunner().invoke(main, ["clients", *args])


def test_our_client_is_green_on_a_plain_turn_and_the_report_is_whole(tmp_path: Path) -> None:
    found = clients("--only", "turns/plain", "--report", str(tmp_path))
    assert found.exit_code == 0, found.output
    assert "1 scenarios, 32 checks, 0 failed" in found.output
    names = {path.name for path in tmp_path.iterdir()}
    assert {"results.jsonl", "junit.xml", "summary.md", "index.html", "badge.json"} <= names
    lines = (tmp_path / "results.jsonl").read_text("utf-8").splitlines()
    records = [json.loads(line) for line in lines]
    assert records[0]["targets"][0]["kind"] == "client"
    assert (tmp_path / records[1]["trace"]).is_file()


def test_a_fault_of_our_client_is_seen_and_proves_its_requirement(tmp_path: Path) -> None:
    found = clients("--only", "requests/too-long", "--mutants", "--report", str(tmp_path))
    assert found.exit_code == 0, found.output
    assert "killed: src:python/messages-unbounded" in found.output
    assert "proven: VALUE-035" in found.output
    assert "mutants: 1 of 1 killed" in found.output


def test_a_case_is_selected_by_its_name_and_shown_frame_by_frame() -> None:
    found = clients(
        "--only",
        "turns/ends[cancelled]",
        "--frames",
        "--target",
        "null:claims",
        "--deadline",
        "0.3",
    )
    assert found.exit_code == 1
    assert "— turns/ends[cancelled]" in found.output
    assert found.output.count("— ") == 1
    assert '"type": "connect"' in found.output
    again = (
        "smooth-conformance clients --frames --only 'turns/ends[cancelled]' --target null:claims"
    )
    assert again in found.output.replace("\n", " ")


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("--target", "nobody"), "no client 'nobody'"),
        (("--only", "no/such"), "no scenario is selected"),
        (("--mutants", "--target", "null:echo"), "sources"),
    ],
)
def test_wrong_use_is_told(args: tuple[str, ...], told: str) -> None:
    found = clients(*args)
    assert found.exit_code == 2
    assert told in found.output


def test_a_client_that_cannot_start_is_three() -> None:
    found = clients("--only", "turns/plain", "--target", "cmd:no-such-driver-here")
    assert found.exit_code == 3
    assert "no-such-driver-here" in found.output
