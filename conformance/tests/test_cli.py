"""The command line: exit codes, what it prints, what it writes."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from smooth_operator_conformance.cli import VERSION, main
from smooth_operator_conformance.run.engine import RUNNER_VERSION
from smooth_operator_conformance.spec import find_spec

FAKES = Path(__file__).parent / "fakes"
CORPUS = ["--corpus", str(FAKES / "corpus")]
SMALL = f"cmd:{sys.executable} {FAKES / 'small_server.py'}"


def call(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def test_the_version_is_one() -> None:
    assert VERSION == RUNNER_VERSION
    assert VERSION in call("--version").output


def test_a_green_run_ends_with_its_totals(tmp_path: Path) -> None:
    done = call("run", *CORPUS, "--target", SMALL, "--report", str(tmp_path))
    assert done.exit_code == 0, done.output
    last = done.output.strip().splitlines()[-1]
    assert last.startswith("1 scenarios, ")
    assert ", 0 failed" in last
    written = {path.name for path in tmp_path.iterdir()}
    assert written >= {"results.jsonl", "junit.xml", "summary.md", "index.html", "badge.json"}
    lines = (tmp_path / "results.jsonl").read_text().splitlines()
    kinds = [json.loads(line)["record"] for line in lines]
    assert (kinds[0], kinds[-1]) == ("run-start", "run-end")


def test_a_red_run_exits_1_and_says_how_to_see_it_again() -> None:
    done = call("run", *CORPUS, "--target", "null:error")
    assert done.exit_code == 1
    assert "smooth-conformance replay turns/two" in done.output


def test_what_cannot_start_exits_3() -> None:
    assert call("run", *CORPUS, "--target", "cmd:no-such-command-at-all").exit_code == 3


@pytest.mark.parametrize(
    "words",
    [
        ("run", *CORPUS, "--target", "nobody"),
        ("run", *CORPUS, "--only", "nothing/*"),
        ("run", *CORPUS, "--listen", "nowhere"),
        ("run", *CORPUS, "--target", "url:ws://127.0.0.1:1"),
        ("run", *CORPUS, "--target", "url:nonsense"),
        ("run", *CORPUS, "--target", "no/such/file.toml"),
        ("doctor", "--target", "url:ws://127.0.0.1:1", "--listen", "127.0.0.1:x"),
        ("doctor", "--profile", "none-such"),
        ("agents", "--listen", "127.0.0.1:0", "--out", "never-made"),
        ("agents", "--target", "null:echo", "--out", "never-made"),
        ("replay", "no/such"),
        ("replay", "turns/two", "--target", "nobody", *CORPUS),
        ("doctor", "--target", "nobody"),
        ("run", "--colour"),
    ],
)
def test_what_cannot_be_meant_exits_2(words: tuple[str, ...]) -> None:
    assert call(*words).exit_code == 2


def test_replay_prints_the_timeline() -> None:
    done = call("replay", "turns/two", *CORPUS, "--target", SMALL)
    assert done.exit_code == 0, done.output
    assert "→ a" in done.output
    assert "← model:main" in done.output
    assert done.output.strip().endswith("green")
    full = call("replay", "turns/two", *CORPUS, "--target", SMALL, "--full")
    assert '"record":"entry"' in full.output
    red = call("replay", "turns/two", *CORPUS, "--target", "null:close")
    assert red.exit_code == 1


def test_list_names_the_corpus_and_checks_it() -> None:
    shown = call("list", "--only", "turns/plain")
    assert "turns/plain  shared  1 cases" in shown.output
    assert call("list", *CORPUS, "--check").exit_code == 1  # no MANIFEST there


def test_doctor_goes_through_its_stages() -> None:
    healthy = call("doctor", "--target", SMALL)
    assert healthy.exit_code == 0, healthy.output
    assert healthy.output.count("ok: ") == 10
    sick = call("doctor", "--target", "null:error")
    assert sick.exit_code == 1
    assert "not: " in sick.output
    assert " do: " in sick.output
    assert call("doctor", "--target", "cmd:no-such-command-at-all").exit_code == 3


def test_agents_writes_what_a_server_needs(tmp_path: Path) -> None:
    done = call("agents", "--listen", "127.0.0.1:9099", "--out", str(tmp_path), *CORPUS)
    assert done.exit_code == 0, done.output
    agents: Any = json.loads((tmp_path / "agents.json").read_text())
    assert agents["agents"][0]["model"].startswith("m.")
    environment = (tmp_path / "environment").read_text()
    assert "SMOOAI_GATEWAY_URL=http://127.0.0.1:9099/v1\n" in environment
    assert f"doctor --target {tmp_path / 'target.toml'}" in done.output
    assert 'listen = "127.0.0.1:9099"' in (tmp_path / "target.toml").read_text()
    wrong = call("agents", "--listen", "127.0.0.1:9", "--out", str(tmp_path), "--profile", "x")
    assert wrong.exit_code == 2


def test_the_sketch_grammar_of_the_corpus_is_its_schema() -> None:
    schema = json.loads((find_spec() / "schema" / "scenario.schema.json").read_text())
    assert schema["additionalProperties"] is False
