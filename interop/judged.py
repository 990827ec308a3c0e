"""The published server judged by the runner: counts, and every difference by requirement."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from smooth_operator_conformance.record_io import read_records
from smooth_operator_conformance.records import CaseResult, Finding, RunEnd, RunStart
from smooth_operator_conformance.spec import find_spec, read_json

Json = Any
LONGEST = 160
"""Characters of what a server did instead."""
_VOLATILE = (
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "<uuid>"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?"), "<time>"),
    (re.compile(r"\b1[6-9]\d{11}\b"), "<ms>"),
    (re.compile(r"\b[0-9a-f]{12}\b"), "<nonce>"),
    (re.compile(r"127\.0\.0\.1:\d+"), "<address>"),
    (re.compile(r"(.)\1{15,}"), r"\1…"),
)
"""What is another text in each run, or says nothing by its length."""


class NotJudged(Exception):
    """The run says nothing about the server; the message says why."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A requirement that was not kept wherever it was looked at."""

    requirement: str
    sentence: str
    kept: int
    """Judged scenarios that list it and passed."""
    failed: tuple[str, ...]
    """Scenarios that list it and failed."""
    instead: str
    """The first failed assertion of the first of them, short."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a run came to."""

    target: str
    counts: dict[str, int]
    """Scenarios (files) by outcome."""
    cases: dict[str, int]
    reasons: dict[str, int]
    """Cases that were not judged, by reason."""
    differences: tuple[Difference, ...]
    kept: tuple[str, ...]
    """Requirements of which every judged scenario passed."""

    @property
    def line(self) -> str:
        """The counts, for people."""
        told = (
            ("pass", "passed"),
            ("fail", "failed"),
            ("not-applicable", "not applicable"),
            ("could-not-run", "could not run"),
        )
        files = ", ".join(f"{self.counts.get(key, 0)} {word}" for key, word in told)
        return f"{sum(self.counts.values())} scenarios: {files}"


def judge(report: Path) -> Judgement:
    """Read a run's report directory. Raises NotJudged: nothing played is no judgement."""
    target, counts, cases = "", {}, []
    for record in read_records(report / "results.jsonl"):
        if isinstance(record, RunStart):
            for info in record.targets:
                target = info.name
                if info.unavailable:
                    raise NotJudged(f"{target} was not started: {info.unavailable}")
        elif isinstance(record, CaseResult):
            cases.append(record)
        elif isinstance(record, RunEnd):
            counts = {name: n for name, n in record.totals.outcomes.items() if n}
    if not any(case.outcome in ("pass", "fail") for case in cases):
        raise NotJudged(f"no scenario was played on {target or 'any target'}")
    kept, differences = compare(cases, _sentences())
    reasons = Counter(reason_of(case) for case in cases if case.reason)
    outcomes = Counter(str(case.outcome) for case in cases)
    return Judgement(target, counts, dict(outcomes), dict(reasons), differences, kept)


def compare(
    cases: Iterable[CaseResult], sentences: Mapping[str, str]
) -> tuple[tuple[str, ...], tuple[Difference, ...]]:
    """Requirements kept everywhere, and the differences, both by id."""
    passed: defaultdict[str, set[str]] = defaultdict(set)
    failed: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for case in cases:
        for requirement in _blamed(case):
            if case.outcome == "pass":
                passed[requirement].add(case.scenario)
            elif case.outcome == "fail":
                failed[requirement].setdefault(case.scenario, told(case.findings[0]))
    differences = tuple(
        Difference(
            requirement,
            sentences.get(requirement, "A rule that holds in every scenario, without being asked."),
            len(passed[requirement] - set(failed[requirement])),
            tuple(sorted(failed[requirement])),
            failed[requirement][min(failed[requirement])],
        )
        for requirement in sorted(failed)
    )
    return tuple(sorted(set(passed) - set(failed))), differences


def _blamed(case: CaseResult) -> tuple[str, ...]:
    """The requirements a case speaks about; a broken law alone speaks for itself."""
    laws = [f for f in case.findings if f.kind in ("law", "schema")]
    if case.outcome == "fail" and len(laws) == len(case.findings):
        return tuple(dict.fromkeys(f"law {law.path.lstrip('/') or law.kind}" for law in laws))
    return case.requirements


def told(finding: Finding) -> str:
    """A finding in one short line that is the same in every run."""
    text = re.sub(r"^step \d+: ", "", finding.message.splitlines()[0])
    for pattern, word in _VOLATILE:
        text = pattern.sub(word, text)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def reason_of(case: CaseResult) -> str:
    """Why a case was not judged, without what is another text in each run."""
    text = case.reason.splitlines()[0]
    for pattern, word in _VOLATILE:
        text = pattern.sub(word, text)
    return text[:LONGEST]


def _sentences() -> dict[str, str]:
    requirements: list[Json] = read_json(find_spec() / "requirements.json")
    return {entry["id"]: entry["text"] for entry in requirements}
