"""Runs of the corpus for interop: the runner's own command, its report in a folder of ours."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path


class NotRun(Exception):
    """The runner did not get to judge anything; the message has its last words."""


SEED = "interop"
"""Makes the runner's own names the same in every run, so that reports can be compared."""


def run(target: str, report: Path, more: Sequence[str] = ()) -> bool:
    """Run the corpus; whether everything was as expected. Raises NotRun."""
    command = [sys.executable, "-m", "smooth_operator_conformance.cli", "run", "--target", target]
    command += ["--report", str(report), "--seed", SEED, *more]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    report.mkdir(parents=True, exist_ok=True)
    (report / "terminal.txt").write_text(done.stdout + done.stderr, "utf-8")
    if done.returncode not in (0, 1) or not (report / "results.jsonl").is_file():
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()[-3:]
        raise NotRun(f"exit {done.returncode}: {' | '.join(said)}")
    return done.returncode == 0
