"""Whole runs on small servers: the honest one is green, faults are found, nulls earn nothing."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from smooth_operator_conformance.judge import judge
from smooth_operator_conformance.record_io import read_trace
from smooth_operator_conformance.records import CaseResult, Finding
from smooth_operator_conformance.run.corpus import load_corpus
from smooth_operator_conformance.run.engine import Engine, Outcome, Plan
from smooth_operator_conformance.run.group import Options
from smooth_operator_conformance.scenario.load import parse_scenario
from smooth_operator_conformance.scenario.model import Scenario
from smooth_operator_conformance.servers.target import Target, load_target
from smooth_operator_conformance.spec import find_spec

FAKES = Path(__file__).parent.parent / "fakes"
CORPUS = FAKES / "corpus"
SERVER = str(FAKES / "small_server.py")


def target(fault: str = "", **more: Any) -> Target:
    return Target("small", (sys.executable, SERVER), env={"FAKE_FAULT": fault}, **more)


async def run(
    server: Target, report: Path | None = None, *, deadline: float = 5.0, repeat: int = 1
) -> Outcome:
    plan = Plan(load_corpus(CORPUS), [server], Options(deadline=deadline), repeat=repeat)
    return await Engine(plan, report).run()


def findings(outcome: Outcome) -> list[Finding]:
    return [finding for case in outcome.cases for finding in case.findings]


def code(outcome: Outcome) -> int:
    assert outcome.end is not None
    return outcome.end.exit_code


async def test_an_honest_server_is_green_and_so_is_its_trace(tmp_path: Path) -> None:
    outcome = await run(target(), tmp_path)
    assert [case.outcome for case in outcome.cases] == ["pass"], findings(outcome)
    assert code(outcome) == 0
    case: CaseResult = outcome.cases[0]
    assert case.frames >= 8
    header, entries = read_trace(tmp_path / case.trace)
    scenario_case = load_corpus(CORPUS)[0].cases()[0]
    assert judge(scenario_case, header, entries) == []


async def test_the_offline_judge_notices_what_is_changed_in_a_trace(tmp_path: Path) -> None:
    outcome = await run(target(), tmp_path)
    header, entries = read_trace(tmp_path / outcome.cases[0].trace)
    case = load_corpus(CORPUS)[0].cases()[0]
    tokens = [
        i
        for i, e in enumerate(entries)
        if e.kind == "frame" and e.direction == "in" and e.value["type"] == "stream_token"
    ]
    for index in tokens:
        assert judge(case, header, [e for i, e in enumerate(entries) if i != index])
        assert judge(case, header, [*entries[: index + 1], *entries[index:]])
    requests = [i for i, e in enumerate(entries) if e.inbox == "model:main"]
    assert judge(case, header, [e for i, e in enumerate(entries) if i != requests[0]])


@pytest.mark.parametrize(
    ("fault", "kind", "where"),
    [
        ("forget", "assertion", "/messages"),
        ("token-first", "law", "accepted-first"),
        ("late-frame", "assertion", "/type"),
        ("two-terminals", "law", "one-terminal"),
        ("leak", "law", "no-secret"),
        ("asks-again", "law", "one-terminal"),
        ("log-leak", "law", "process"),
    ],
)
async def test_every_fault_is_found(fault: str, kind: str, where: str) -> None:
    outcome = await run(target(fault))
    assert (kind, where) in {(f.kind, f.path) for f in findings(outcome)}, findings(outcome)
    assert code(outcome) == 1


async def test_a_server_that_falls_is_told_with_its_last_words() -> None:
    told = {finding.message for finding in findings(await run(target("falls")))}
    assert "exit code 3 before SIGTERM: out of luck" in told


async def test_a_late_frame_after_the_last_step_is_red() -> None:
    """The last turn's stray error comes when no step is left to meet it."""
    scenarios = load_corpus(CORPUS)
    raw = scenarios[0].raw
    short = {**raw, "agents": {"main": {"script": [raw["agents"]["main"]["script"][0]]}}}
    short["steps"] = raw["steps"][:7]
    plan = Plan([parse_scenario(short, "turns/two")], [target("late-frame")], Options(deadline=5.0))
    outcome = await Engine(plan, None).run()
    assert [f.path for f in findings(outcome)] == ["leftover-frame"]


async def test_copies_do_not_disturb_each_other() -> None:
    outcome = await run(target(), repeat=25)
    assert [case.outcome for case in outcome.cases] == ["pass"] * 25
    assert outcome.rate > 0


async def test_what_was_expected_to_fail_and_passes_fails_the_run() -> None:
    known = {"turns/two": "a known gap"}
    good = await run(target(expected_fail=known))
    assert [case.outcome for case in good.cases] == ["unexpected-pass"]
    assert code(good) == 1
    bad = await run(target("forget", expected_fail=known))
    assert [case.outcome for case in bad.cases] == ["expected-fail"]
    assert code(bad) == 0


async def test_what_is_not_declared_is_not_applicable_and_a_must_is_red() -> None:
    scenario = load_corpus(CORPUS)[0]
    raw = {**scenario.raw, "needs": ["event_seq"]}
    demanding = parse_scenario(raw, scenario.name)
    outcome = await Engine(Plan([demanding], [target()], Options(deadline=5.0)), None).run()
    assert [case.outcome for case in outcome.cases] == ["not-applicable"]
    must = target(must_declare=("event_seq",))
    outcome = await Engine(Plan([demanding], [must], Options(deadline=5.0)), None).run()
    assert code(outcome) == 1


async def test_a_server_that_does_not_start_could_not_be_run() -> None:
    broken = Target("broken", (sys.executable, "-c", "raise SystemExit('no luck')"))
    outcome = await run(broken)
    assert [case.outcome for case in outcome.cases] == ["could-not-run"]
    assert "no luck" in outcome.cases[0].reason
    assert code(outcome) == 3
    missing = await run(Target("missing", ("no-such-command-anywhere",)))
    assert code(missing) == 3


async def test_a_silent_server_fails_by_deadline_and_the_finding_says_what_was_awaited() -> None:
    outcome = await run(load_target("null:silent"), deadline=0.2)
    finding = findings(outcome)[0]
    assert finding.kind == "deadline"
    assert "immediate_response" in finding.message
    assert "0.2 s" in finding.message


def first_case(scenario: Scenario) -> Scenario:
    rows = scenario.raw.get("cases")
    return replace(scenario, raw={**scenario.raw, "cases": rows[:1]}) if rows else scenario


@pytest.mark.parametrize("kind", ["silent", "echo", "error", "close"])
async def test_null_servers_earn_no_pass(kind: str) -> None:
    """Every case for the server that always errs, which comes nearest; one each for the others."""
    corpus = load_corpus(find_spec() / "conformance" / "scenarios")
    scenarios = [scenario for scenario in corpus if not scenario.exclusive]
    assert len(scenarios) >= 12
    if kind != "error":
        scenarios = [first_case(scenario) for scenario in scenarios]
    null = load_target(f"null:{kind}")
    plan = Plan(scenarios, [null], Options(deadline=0.25, jobs=200), traces="none")
    outcome = await Engine(plan, None).run()
    passed = [case.label for case in outcome.cases if case.outcome == "pass"]
    assert passed == []


async def test_what_cannot_be_provided_to_a_running_server_could_not_be_run() -> None:
    raw = load_corpus(CORPUS)[0].raw
    jwt = parse_scenario({**raw, "profile": "jwt"}, "turns/two")
    alone = parse_scenario({**raw, "exclusive": True}, "turns/two")
    running = load_target("url:ws://127.0.0.1:1")
    outcome = await Engine(Plan([jwt], [running]), None).run()
    assert [case.outcome for case in outcome.cases] == ["could-not-run"]
    assert "started with profile shared" in outcome.cases[0].reason
    outcome = await Engine(Plan([alone], [running]), None).run()
    assert "not ours to start" in outcome.cases[0].reason


async def test_patience_that_ran_out_is_tried_again_alone_where_durations_are_small(
    tmp_path: Path,
) -> None:
    timed = parse_scenario({**load_corpus(CORPUS)[0].raw, "profile": "timers"}, "turns/two")
    lame = target("lame-once")
    lame.env["FAKE_MARK"] = str(tmp_path / "mark")
    outcome = await Engine(Plan([timed], [lame], Options(deadline=0.5)), None).run()
    assert [case.outcome for case in outcome.cases] == ["rescued"]
    assert "nothing came" in outcome.cases[0].reason
    assert code(outcome) == 0


async def test_elsewhere_patience_that_ran_out_is_a_failure(tmp_path: Path) -> None:
    lame = target("lame-once")
    lame.env["FAKE_MARK"] = str(tmp_path / "mark")
    assert [case.outcome for case in (await run(lame, deadline=0.5)).cases] == ["fail"]


async def test_an_exclusive_scenario_rules_its_process(tmp_path: Path) -> None:
    raw = load_corpus(CORPUS)[0].raw
    steps = [
        *raw["steps"],
        {"signal": "TERM"},
        {"expect": {"on": "a", "events": [{"$closed": {"$any": True}}]}},
        {"expect": {"on": "log", "events": [{"$text": {"$has": "gateway-canary"}}]}},
        {"expect": {"on": "process", "events": [{"exit": 0}], "end": True}},
    ]
    alone = parse_scenario({**raw, "exclusive": True, "steps": steps}, "turns/two")
    outcome = await Engine(Plan([alone], [target("log-leak")], Options(deadline=5.0)), None).run()
    told = {finding.path for finding in findings(outcome)}
    assert told == {"no-secret", "process"}  # the log line itself, in the trace and in the process


async def test_a_start_that_must_be_refused(tmp_path: Path) -> None:
    raw = load_corpus(CORPUS)[0].raw
    steps = [
        {"expect": {"on": "process", "events": [{"exit": 2}], "end": True}},
        {"expect": {"on": "log", "events": [{"$text": "no such setting"}], "end": True}},
    ]
    refused = {**raw, "exclusive": True, "ready": False, "steps": steps}
    refused["agents"] = {"main": {"script": []}}
    broken = Target(
        "broken", (sys.executable, "-c", "print('no such setting'); raise SystemExit(2)")
    )
    plan = Plan([parse_scenario(refused, "turns/two")], [broken], Options(deadline=5.0))
    outcome = await Engine(plan, None).run()
    assert [case.outcome for case in outcome.cases] == ["pass"], findings(outcome)
