"""From a run's records to differences by requirement."""

from __future__ import annotations

from pathlib import Path

import pytest
from smooth_operator_conformance.record_io import RecordWriter
from smooth_operator_conformance.records import (
    CaseResult,
    Finding,
    Record,
    RunEnd,
    RunStart,
    TargetInfo,
    Totals,
)

from interop.differences import compare, told
from interop.judged import NotJudged, judge

SENTENCES = {"TURN-001": "It acknowledges.", "TURN-002": "It ends once."}


def passed(scenario: str, *requirements: str) -> CaseResult:
    return CaseResult(scenario, "t", "pass", requirements=requirements)


def failed(scenario: str, message: str, *requirements: str) -> CaseResult:
    finding = Finding("assertion", message)
    return CaseResult(scenario, "t", "fail", findings=(finding,), requirements=requirements)


def test_what_all_scenarios_of_an_assertion_share_is_in_question() -> None:
    cases = [
        passed("a/one", "TURN-001"),
        failed("a/two", "step 4: on a at /type: expected x, got y", "TURN-001", "TURN-002"),
        failed("a/three", "step 9: on a at /type: expected x, got y", "TURN-002", "TURN-003"),
    ]
    found = compare(cases, SENTENCES)
    assert found.kept == ()
    (seen,) = found.seen
    assert seen.instead == "on a at /type: expected x, got y"
    assert (seen.scenarios, seen.cases) == (("a/three", "a/two"), 2)
    assert seen.requirements == ("TURN-002",)
    first, second, third = found.differences
    assert (first.requirement, first.kept, first.instead) == ("TURN-001", 1, ())
    assert first.unclear == seen.instead
    assert (second.sentence, second.instead) == ("It ends once.", (seen.instead,))
    assert third.failed == ("a/three",)
    assert found.in_question == 1


def test_scenarios_of_several_areas_are_told_apart_where_they_share_nothing() -> None:
    cases = [
        failed("a/one", "no", "TURN-001", "TURN-002"),
        failed("a/two", "no", "TURN-002"),
        failed("b/one", "no", "TURN-003"),
    ]
    seen = compare(cases, SENTENCES).seen
    assert [s.requirements for s in seen] == [("TURN-002",), ("TURN-003",)]
    assert [s.instead for s in seen] == ["no", "no"]


def test_scenarios_that_share_nothing_put_nothing_in_question() -> None:
    cases = [failed("a/one", "no", "TURN-001"), failed("a/two", "no", "TURN-002")]
    found = compare(cases, SENTENCES)
    assert found.seen[0].requirements == ()
    assert [d.unclear for d in found.differences] == ["no", "no"]


def test_a_scenario_with_a_red_case_is_not_kept() -> None:
    cases = [passed("a/one", "TURN-001"), failed("a/one", "no", "TURN-001")]
    found = compare(cases, SENTENCES)
    assert found.kept == ()
    assert found.differences[0].kept == 0


def test_not_judged_says_nothing_about_requirements() -> None:
    case = CaseResult("a/one", "t", "could-not-run", requirements=("TURN-001",), reason="no")
    found = compare([case], SENTENCES)
    assert (found.seen, found.differences, found.kept) == ((), (), ())


@pytest.mark.parametrize(
    ("said", "short"),
    [
        ("step 4: on a: got 0b0e4c52-94a7-4b5e-8f0b-6f0e7f6f3a01", "on a: got <uuid>"),
        ("at 1795464103425 on 127.0.0.1:28111", "at <ms> on <address>"),
        ('"2026-11-23T20:01:43.478556+00:00"', '"<time>"'),
        ("nonce ca306fcd708e", "nonce <nonce>"),
        ("é" * 300, "é…"),
        ("ab" * 200, "ab" * 79 + "a…"),
        ("first\nsecond", "first"),
    ],
)
def test_what_it_did_instead_is_short_and_the_same_in_every_run(said: str, short: str) -> None:
    assert told(Finding("assertion", said)) == short


def _report(folder: Path, *records: Record) -> Path:
    with RecordWriter(folder / "results.jsonl") as out:
        for record in records:
            out.write(record)
    return folder


def start(unavailable: str = "") -> RunStart:
    return RunStart("r", "now", "1", "1", targets=(TargetInfo("peer", unavailable=unavailable),))


def end(**outcomes: int) -> RunEnd:
    return RunEnd(
        "now", 1.0, 1, Totals(outcomes={k.replace("_", "-"): v for k, v in outcomes.items()})
    )


def test_a_report_is_counted(tmp_path: Path) -> None:
    missed = CaseResult("a/c", "peer", "could-not-run", reason="no tools")
    report = _report(
        tmp_path,
        start(),
        passed("a/a", "TURN-001"),
        failed("a/b", "no", "TURN-002"),
        missed,
        end(could_not_run=1, fail=1, **{"pass": 1}),
    )
    judgement = judge(report)
    assert judgement.line == ("3 scenarios: 1 passed, 1 failed, 0 not applicable, 1 could not run")
    assert judgement.reasons == {"no tools": 1}
    assert judgement.cases == {"pass": 1, "fail": 1, "could-not-run": 1}


def test_a_server_that_never_started_is_not_judged(tmp_path: Path) -> None:
    report = _report(tmp_path, start("no such command"), end())
    with pytest.raises(NotJudged, match="no such command"):
        judge(report)


def test_a_run_that_played_nothing_is_no_judgement(tmp_path: Path) -> None:
    missed = CaseResult("a/c", "peer", "could-not-run", reason="no tools")
    with pytest.raises(NotJudged, match="no scenario was played"):
        judge(_report(tmp_path, start(), missed, end()))
