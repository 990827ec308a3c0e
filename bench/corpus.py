"""Case `corpus`: how fast the conformance runner plays the shared scenarios, and how it starts."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.children import python
from bench.conditions import Conditions
from bench.figures import median
from bench.table import Row

RUNS = 1000
STARTS = 9


@dataclass(frozen=True, slots=True)
class Played:
    """One run of the corpus. Seconds are processor seconds, `rate` is runs an elapsed second."""

    runs: int
    failed: int
    rate: float
    runner_seconds: float
    server_seconds: float


def run(conditions: Conditions) -> list[Row]:
    """The rate has no peer: nobody else replays these scenarios."""
    told = subprocess.run(python("bench.corpus"), capture_output=True, text=True, check=True)
    played = Played(**json.loads(told.stdout.splitlines()[-1]))
    if played.failed:
        print(f"note: {played.failed} of {played.runs} scenario runs failed", file=sys.stderr)
    return [
        *_version(),
        Row("shared scenarios", "runs/s elapsed", played.rate, better="more"),
        Row("a scenario run, the runner", "ms CPU", played.runner_seconds / played.runs * 1e3),
        Row("a scenario run, the server", "ms CPU", played.server_seconds / played.runs * 1e3),
    ]


def _version() -> list[Row]:
    command = [str(Path(sys.executable).with_name("smooth-conformance")), "--version"]
    bare = [sys.executable, "-c", "import click"]
    own, floor = ([_once(c) for _ in range(STARTS)] for c in (command, bare))
    what, other = "smooth-conformance --version", "python -c 'import click'"
    return [
        Row(what, "ms CPU", *_pair(own, other, floor, 0)),
        Row(what, "ms elapsed, best", *_pair(own, other, floor, 1)),
    ]


def _pair(
    own: list[tuple[float, float]], other: str, floor: list[tuple[float, float]], column: int
) -> tuple[float, str, float]:
    best = min if column else median
    a, b = (best([one[column] for one in many]) * 1e3 for many in (own, floor))
    return a, other, b


def _once(command: list[str]) -> tuple[float, float]:
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0
    return usage.ru_utime + usage.ru_stime, time.perf_counter() - began


def play() -> Played:
    """Play the shared scenarios `RUNS` times in all, in this process."""
    from smooth_operator_conformance.run.command import RunArgs, drive, make_plan
    from smooth_operator_conformance.run.engine import Engine

    plan = make_plan(RunArgs(profile="shared"))
    plan.scenarios = [scenario for scenario in plan.scenarios if not scenario.exclusive]
    cases = sum(len(scenario.cases()) for scenario in plan.scenarios)
    plan.repeat = -(-RUNS // cases)
    plan.traces = False
    outcome = drive(Engine(plan, None).run())
    return Played(
        runs=outcome.played,
        failed=sum(case.outcome == "fail" for case in outcome.cases),
        rate=outcome.rate,
        runner_seconds=_seconds(resource.RUSAGE_SELF),
        server_seconds=_seconds(resource.RUSAGE_CHILDREN),
    )


def _seconds(who: int) -> float:
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    print(json.dumps(asdict(play())))
