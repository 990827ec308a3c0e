"""The published server judged by the runner: what the report of a run comes to."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from smooth_operator_conformance.record_io import read_records
from smooth_operator_conformance.records import CaseResult, RunEnd, RunStart
from smooth_operator_conformance.spec import find_spec, read_json

from interop.differences import Comparison, compare, reasons

Json = Any
TOLD = (
    ("pass", "passed"),
    ("fail", "failed"),
    ("not-applicable", "not applicable"),
    ("could-not-run", "could not run"),
)


class NotJudged(Exception):
    """The run says nothing about the server; the message says why."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a run came to."""

    target: str
    counts: dict[str, int]
    """Scenarios (files) by outcome."""
    cases: dict[str, int]
    """Cases by outcome."""
    reasons: dict[str, int]
    """Cases that were not judged, by reason."""
    comparison: Comparison

    @property
    def line(self) -> str:
        """The counts, for people."""
        files = ", ".join(f"{self.counts.get(key, 0)} {word}" for key, word in TOLD)
        return f"{sum(self.counts.values())} scenarios: {files}"


def judge(report: Path) -> Judgement:
    """Read a run's report directory. Raises NotJudged: nothing played is no judgement."""
    target = ""
    counts: dict[str, int] = {}
    cases: list[CaseResult] = []
    for record in read_records(report / "results.jsonl"):
        if isinstance(record, RunStart):
            target = _started(record)
        elif isinstance(record, CaseResult):
            cases.append(record)
        elif isinstance(record, RunEnd):
            counts = {name: n for name, n in record.totals.outcomes.items() if n}
    if not any(case.outcome in ("pass", "fail") for case in cases):
        raise NotJudged(f"no scenario was played on {target or 'any target'}")
    outcomes = Counter(str(case.outcome) for case in cases)
    sentences = _sentences()
    return Judgement(target, counts, dict(outcomes), reasons(cases), compare(cases, sentences))


def _started(record: RunStart) -> str:
    (info,) = record.targets
    if info.unavailable:
        raise NotJudged(f"{info.name} was not started: {info.unavailable}")
    return info.name


def _sentences() -> dict[str, str]:
    requirements: list[Json] = read_json(find_spec() / "requirements.json")
    return {entry["id"]: entry["text"] for entry in requirements}
