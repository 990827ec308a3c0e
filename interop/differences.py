"""From red cases to differences by requirement: what was seen, and which promise it concerns.

A case ends with its first failed assertion, and a scenario lists every requirement that it touches.
So the assertion is told as it is, and in question are the requirements that all scenarios share
which ended with it; those of one area, where scenarios of several areas share none. With the other
requirements of red scenarios it is unclear: their own assertion failed, or was never reached.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from smooth_operator_conformance.records import CaseResult, Finding

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


@dataclass(frozen=True, slots=True)
class Seen:
    """A first failed assertion, and where it was seen."""

    instead: str
    scenarios: tuple[str, ...]
    cases: int
    requirements: tuple[str, ...]
    """Those in question; none where the scenarios share none."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A requirement that a red scenario lists."""

    requirement: str
    sentence: str
    kept: int
    """Judged scenarios that list it and passed."""
    failed: tuple[str, ...]
    """Scenarios that list it and failed."""
    instead: tuple[str, ...]
    """The failed assertions that put it in question; none where that is unclear."""
    unclear: str
    """Where it is unclear: the assertion that ended the first of its scenarios."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """All of it."""

    seen: tuple[Seen, ...]
    differences: tuple[Difference, ...]
    kept: tuple[str, ...]
    """Requirements of which every judged scenario passed."""

    @property
    def in_question(self) -> int:
        """How many requirements some failed assertion puts in question."""
        return sum(bool(difference.instead) for difference in self.differences)


def compare(cases: Sequence[CaseResult], sentences: Mapping[str, str]) -> Comparison:
    """Sort what was judged; other cases say nothing."""
    red = [case for case in cases if case.outcome == "fail"]
    red_names = {case.scenario for case in red}
    green: defaultdict[str, set[str]] = defaultdict(set)
    for case in cases:
        if case.outcome == "pass" and case.scenario not in red_names:
            for requirement in case.requirements:
                green[requirement].add(case.scenario)
    seen = _seen(red)
    differences = tuple(_differences(red, seen, green, sentences))
    listed = {difference.requirement for difference in differences}
    return Comparison(seen, differences, tuple(sorted(set(green) - listed)))


def _seen(red: Iterable[CaseResult]) -> tuple[Seen, ...]:
    by_text: defaultdict[str, list[CaseResult]] = defaultdict(list)
    for case in red:
        by_text[told(case.findings[0])].append(case)
    found = [seen for text, cases in by_text.items() for seen in _split(text, cases)]
    return tuple(sorted(found, key=lambda seen: (-len(seen.scenarios), seen.instead)))


def _split(text: str, cases: Sequence[CaseResult]) -> Iterable[Seen]:
    """One entry, or one for each area where the scenarios of all areas share no requirement."""
    if _shared(cases):
        yield _one(text, cases)
        return
    by_area: defaultdict[str, list[CaseResult]] = defaultdict(list)
    for case in cases:
        by_area[case.scenario.partition("/")[0]].append(case)
    for its in by_area.values():
        yield _one(text, its)


def _one(text: str, cases: Sequence[CaseResult]) -> Seen:
    scenarios = tuple(sorted({case.scenario for case in cases}))
    return Seen(text, scenarios, len(cases), _shared(cases))


def _shared(cases: Sequence[CaseResult]) -> tuple[str, ...]:
    first, *others = (case.requirements for case in cases)
    return tuple(sorted(set(first).intersection(*others)))


def _differences(
    red: Iterable[CaseResult],
    seen: Iterable[Seen],
    green: Mapping[str, set[str]],
    sentences: Mapping[str, str],
) -> Iterable[Difference]:
    instead: defaultdict[str, list[str]] = defaultdict(list)
    for one in seen:
        for requirement in one.requirements:
            instead[requirement].append(one.instead)
    failed: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for case in red:
        for requirement in case.requirements:
            failed[requirement].setdefault(case.scenario, told(case.findings[0]))
    for requirement in sorted(failed):
        its = failed[requirement]
        yield Difference(
            requirement,
            sentences.get(requirement, ""),
            len(green.get(requirement, ())),
            tuple(sorted(its)),
            tuple(instead[requirement]),
            "" if instead[requirement] else its[min(its)],
        )


def told(finding: Finding) -> str:
    """A finding in one short line that is the same in every run."""
    return _steady(re.sub(r"^step \d+: ", "", finding.message.splitlines()[0]))


def reasons(cases: Iterable[CaseResult]) -> dict[str, int]:
    """Why cases were not judged."""
    return dict(Counter(_steady(case.reason.splitlines()[0]) for case in cases if case.reason))


def _steady(text: str) -> str:
    for pattern, word in _VOLATILE:
        text = pattern.sub(word, text)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
