"""Case `corpus`: how fast the conformance runner plays the shared scenarios, and how it starts."""

from __future__ import annotations

import asyncio
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import uvloop

from bench import commands, gateway
from bench.children import Child, python
from bench.conditions import Conditions
from bench.link import Link, Unserved
from bench.rounds import OURS, Compared, Measures, interleaved, nobody
from bench.row import Row
from bench.servers import recipes, together

RUNS = 1000
STARTS = 9
ROUNDS = 3
AT_ONCE = 16
BARE = "python -c 'import click'"
LOAD_CLIENT = "connection, session and turn by the load client"
NO_RUNNER = "nobody else publishes a runner for this protocol"


@dataclass(frozen=True, slots=True)
class Played:
    """One run of the corpus. Seconds are processor seconds, `rate` is runs an elapsed second."""

    runs: int
    failed: int
    rate: float
    runner_seconds: float
    server_seconds: float


def run(conditions: Conditions) -> list[Row]:
    """A run of a scenario beside the least that one can be: a connection, a session, a turn."""
    return [*_version(conditions), *_scenarios(conditions)]


def _version(conditions: Conditions) -> list[Row]:
    script = Path(sys.executable).with_name("smooth-conformance")
    subjects = {OURS: [str(script), "--version"], BARE: [sys.executable, "-c", "import click"]}
    trials = interleaved(subjects, conditions.rounds(STARTS), commands.once)
    compared = Compared(trials, BARE, conditions, nobody(NO_RUNNER))
    what = "smooth-conformance --version"
    return [
        compared.row("corpus/version/elapsed", what, "ms elapsed, best", "elapsed").of_best(),
        compared.row("corpus/version/cpu", what, "ms CPU", "cpu"),
    ]


def _scenarios(conditions: Conditions) -> list[Row]:
    runs = conditions.some(RUNS)
    with gateway.running(2) as url, together(recipes(conditions, thin=False), url) as servers:

        def bare() -> Measures:
            child = servers[OURS]
            if not isinstance(child, Child):
                raise child
            return {"rate": uvloop.run(_bare(child.port, runs))}

        subjects: dict[str, Callable[[], Measures]] = {
            OURS: lambda: _played(runs),
            LOAD_CLIENT: bare,
        }
        trials = interleaved(subjects, conditions.rounds(ROUNDS), lambda one: one())
    compared = Compared(trials, LOAD_CLIENT, conditions, nobody(NO_RUNNER))
    spent = Compared(trials, "", conditions, nobody(NO_RUNNER))
    return [
        compared.row("corpus/rate", "shared scenarios", "runs/s elapsed", "rate", "more"),
        spent.row("corpus/runner", "a scenario run, the runner", "ms CPU", "runner"),
        spent.row("corpus/server", "a scenario run, the server", "ms CPU", "server"),
    ]


def _played(runs: int) -> Measures:
    """In a process of its own: what it spends is the runner's and its servers'."""
    told = subprocess.run(
        python("bench.corpus", str(runs)), capture_output=True, text=True, check=False
    )
    if told.returncode:
        raise Unserved(f"the runner ended with {told.returncode}: {told.stderr[-300:]}")
    played = Played(**json.loads(told.stdout.splitlines()[-1]))
    if played.failed:
        raise Unserved(f"{played.failed} of {played.runs} scenario runs failed")
    return {
        "rate": played.rate,
        "runner": played.runner_seconds / played.runs * 1e3,
        "server": played.server_seconds / played.runs * 1e3,
    }


async def _bare(port: int, runs: int) -> float:
    """Runs a second of the shortest conversation, 16 at once."""
    numbers = iter(range(runs))

    async def work() -> None:
        for _ in numbers:
            link = await Link.open(port)
            await link.turn(1, 2)
            link.close()

    began = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    return runs / (time.perf_counter() - began)


def play(runs: int) -> Played:
    """Play the shared scenarios so often, at least, in this process."""
    from smooth_operator_conformance.run.command import RunArgs, drive, make_plan
    from smooth_operator_conformance.run.engine import Engine

    plan = make_plan(RunArgs(profile="shared"))
    plan.scenarios = [scenario for scenario in plan.scenarios if not scenario.exclusive]
    cases = sum(len(scenario.cases()) for scenario in plan.scenarios)
    plan.repeat = -(-runs // cases)
    plan.traces = "none"
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
    print(json.dumps(asdict(play(int(sys.argv[1])))))
