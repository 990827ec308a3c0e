"""The command `flakes`: the corpus again and again, to find scenarios that do not always say the
same.

Every run has fresh processes and a seed of its own. One line of `flakes.jsonl` is written after
each, so that a series which was interrupted goes on where it stopped.
"""

from __future__ import annotations

import gc
import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import click

from smooth_operator_conformance.records import REGRESSIONS, CaseResult
from smooth_operator_conformance.reporting.wording import headline
from smooth_operator_conformance.run.command import RunArgs, drive, make_plan
from smooth_operator_conformance.run.engine import Engine, Plan
from smooth_operator_conformance.scenario.load import BadScenario
from smooth_operator_conformance.servers.target import BadTarget
from smooth_operator_conformance.spec import SpecNotFound

Json = Any
LOG = "flakes.jsonl"


@dataclass(frozen=True, slots=True)
class FlakesArgs:
    """The options of `flakes`, as typed."""

    runs: int = 100
    target: str = "python"
    corpus: Path | None = None
    only: tuple[str, ...] = ()
    processes: int = 4
    deadline: float = 10.0
    seed: str = ""
    report: Path = Path("report/flakes")
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """A copy that did not simply pass."""

    case: str
    outcome: str
    why: str


@dataclass(frozen=True, slots=True)
class Series:
    """One run of the series."""

    run: int
    seed: str
    seconds: float
    cells: int
    told: tuple[Told, ...] = ()

    @property
    def failed(self) -> tuple[Told, ...]:
        """What nobody rescued."""
        return tuple(told for told in self.told if told.outcome != "rescued")


def flakes_command(args: FlakesArgs) -> int:
    """Run until there are so many; 0 when nothing failed, 1 otherwise, 2 usage, 3 not started."""
    try:
        plan = make_plan(
            RunArgs(
                targets=(args.target,),
                corpus=args.corpus,
                only=args.only,
                processes=args.processes,
                deadline=args.deadline,
            )
        )
    except (BadScenario, BadTarget, SpecNotFound, ValueError) as error:
        click.echo(str(error), err=True)
        return 2
    log = args.report / LOG
    if args.fresh:
        log.unlink(missing_ok=True)
    done = read(log)[: args.runs]
    if done:
        click.echo(f"{len(done)} of {args.runs} runs are in {log}; --fresh begins anew")
    for number in range(len(done) + 1, args.runs + 1):
        one = _once(plan, args, number)
        if isinstance(one, str):
            click.echo(one, err=True)
            return 3
        _append(log, one)
        click.echo(line(one, args.runs))
        done.append(one)
    for text in summary(done):
        click.echo(text)
    return 1 if any(one.failed for one in done) else 0


def _once(plan: Plan, args: FlakesArgs, number: int) -> Series | str:
    """One run; a text when the target did not start."""
    seed = f"{args.seed or 'flakes'}-{number}"
    folder = args.report / f"run-{number:03}"
    began = time.perf_counter()
    outcome = drive(Engine(replace(plan, seed=seed, traces="red"), folder).run())
    seconds = time.perf_counter() - began
    # The engine rests the collector while it runs.
    gc.collect()
    assert outcome.end is not None
    missing = [target.unavailable for target in outcome.start.targets if target.unavailable]
    if missing:
        return missing[0]
    told = tuple(_tell(case) for case in outcome.cases if _unsteady(case))
    if not told:
        (folder / "results.jsonl").unlink()
        folder.rmdir()
    return Series(number, seed, round(seconds, 1), outcome.end.totals.cells, told)


def _unsteady(case: CaseResult) -> bool:
    return case.outcome in REGRESSIONS or case.outcome == "rescued"


def _tell(case: CaseResult) -> Told:
    why = headline(case.findings[0]) if case.findings else case.reason
    return Told(case.label, case.outcome, why[:400])


def line(one: Series, runs: int) -> str:
    """What is printed after a run."""
    head = f"run {one.run} of {runs}: {one.cells} cells in {one.seconds:.0f} s"
    rescued = len(one.told) - len(one.failed)
    tail = "".join(f"\n  {told.outcome}: {told.case}: {told.why}" for told in one.told)
    return f"{head}, {len(one.failed)} failed, {rescued} rescued (seed {one.seed}){tail}"


def summary(done: list[Series]) -> Iterator[str]:
    """Every scenario that was not steady and how often, then the totals."""
    counted = Counter((told.outcome, told.case) for one in done for told in one.told)
    for (outcome, case), times in sorted(counted.items(), key=lambda item: (-item[1], item[0])):
        yield f"{outcome} in {times} of {len(done)} runs: {case}"
    failed = sum(times for (outcome, _), times in counted.items() if outcome != "rescued")
    rescued = sum(counted.values()) - failed
    cells = sum(one.cells for one in done)
    minutes = sum(one.seconds for one in done) / 60
    yield (
        f"flakes: {len(done)} runs, {cells} cells in {minutes:.0f} min, "
        f"{failed} unrescued failures, {rescued} rescued"
    )


def read(log: Path) -> list[Series]:
    """The runs that are already written down; a last line that was cut off is left out."""
    done: list[Series] = []
    if not log.is_file():
        return done
    for text in log.read_text("utf-8").splitlines():
        try:
            raw = json.loads(text)
        except ValueError:
            break
        done.append(Series(**{**raw, "told": tuple(Told(**told) for told in raw["told"])}))
    return done


def _append(log: Path, one: Series) -> None:
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(one), ensure_ascii=False) + "\n")
