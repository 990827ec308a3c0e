"""Which cases are run again for a fault, and how what came is judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from smooth_operator_conformance.mutants import rerun as module
from smooth_operator_conformance.mutants.patches import Patch
from smooth_operator_conformance.mutants.population import Mutant
from smooth_operator_conformance.mutants.rerun import Rerun, gather
from smooth_operator_conformance.mutants.session import promises
from smooth_operator_conformance.mutants.tampering import Tampering
from smooth_operator_conformance.records import CaseResult, Finding
from smooth_operator_conformance.run.group import GroupResult, Options
from smooth_operator_conformance.scenario.model import Case, Scenario
from smooth_operator_conformance.servers.target import Target

TARGET = Target("python", command=("x",), language="python")
DROP = Mutant("req-drop:verify_otp", "live", "behaviour")
PATCH = Patch("src:python/x", "A fault.", ("OTP-001",), ())


def case(name: str, *, kill: tuple[str, ...] = ("drop:pong",), exclusive: bool = False) -> Case:
    raw: dict[str, Any] = {
        "profile": "shared",
        "exclusive": exclusive,
        "requirements": ["OTP-001"],
        "kill": list(kill),
        "agents": {},
        "steps": [{"send": {"on": "a", "frame": {"action": "verify_otp", "code": "1"}}}],
    }
    [made] = Scenario(name, raw).cases()
    return made


@dataclass
class FakeJudged:
    run: Any
    findings: list[Finding]
    missing: tuple[str, ...] = ()


class FakeGroup:
    """Plays nothing; every copy's first frame is tampered with, then found wrong."""

    played: list[tuple[Target, str, int]]
    finding: list[Finding]
    complaints: list[str]

    def __init__(self, target: Target, profile: str, runs: list[Any], host: Any) -> None:
        self._runs = runs
        FakeGroup.played.append((target, profile, len(runs)))

    async def run(self, options: Options) -> GroupResult:
        for run in self._runs:
            if run.tamper is not None:
                run.tamper("a", {"action": "verify_otp", "code": "1"})
        # The real one plays in an order of its own, too.
        judged = [FakeJudged(run, list(FakeGroup.finding)) for run in reversed(self._runs)]
        result = GroupResult(complaints=list(FakeGroup.complaints))
        result.judged = judged  # type: ignore[assignment]  # the few fields that are read
        return result


@pytest.fixture(autouse=True)
def fake_group(monkeypatch: pytest.MonkeyPatch) -> None:
    FakeGroup.played, FakeGroup.complaints = [], []
    FakeGroup.finding = [Finding("deadline", "nothing came")]
    monkeypatch.setattr(module, "Group", FakeGroup)


def rerun(*cases: Case) -> Rerun:
    return Rerun(TARGET, cases, Options(), lambda _: ("OTP-001", "OTP-002"))


async def test_live_mutants_share_a_process() -> None:
    named = case("otp/a", kill=("req-drop:verify_otp",))
    double = Mutant("req-double:verify_otp", "live", "behaviour")
    results = await rerun(named, case("otp/b")).live([DROP, double])
    assert [(profile, size) for _, profile, size in FakeGroup.played] == [("shared", 4)]
    assert {(r.id, r.scenario, r.outcome) for r in results} == {
        ("req-drop:verify_otp", "otp/a", "killed"),
        ("req-drop:verify_otp", "otp/b", "killed"),
        ("req-double:verify_otp", "otp/a", "killed"),
        ("req-double:verify_otp", "otp/b", "killed"),
    }
    assert {result.requirements for result in results} == {("OTP-001",)}


async def test_a_frame_that_never_fitted_says_nothing() -> None:
    stripped = Mutant("req-drop-field:verify_otp.sessionId", "live", "behaviour")
    assert await rerun(case("otp/a")).live([stripped]) == []


async def test_exclusive_cases_share_no_process() -> None:
    assert await rerun(case("otp/a", exclusive=True)).live([DROP]) == []


async def test_a_dead_process_kills_nothing() -> None:
    FakeGroup.complaints = ["exit code 1 after SIGTERM"]
    [result] = await rerun(case("otp/a")).live([DROP])
    assert (result.outcome, result.killed_by) == ("crashed", "")


async def test_a_server_that_does_not_start_gets_one_more_try(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Unlucky(FakeGroup):
        async def run(self, options: Options) -> GroupResult:
            if len(FakeGroup.played) == 1:
                return GroupResult(not_started="address already in use")
            return await super().run(options)

    monkeypatch.setattr(module, "Group", Unlucky)
    [result] = await rerun(case("otp/a")).live([DROP])
    assert (len(FakeGroup.played), result.outcome) == (2, "killed")


async def test_a_process_that_we_killed_is_no_crash() -> None:
    FakeGroup.complaints = ["exit code -9 after SIGTERM"]
    [result] = await rerun(case("otp/a")).live([DROP])
    assert result.outcome == "killed"


async def test_a_secret_in_the_log_is_a_broken_law() -> None:
    FakeGroup.complaints, FakeGroup.finding = ["a planted secret in the log: x"], []
    [result] = await rerun(case("otp/a")).live([DROP])
    assert result.outcome == "killed"


async def test_nobody_noticed() -> None:
    FakeGroup.finding = []
    [result] = await rerun(case("otp/a")).live([DROP])
    assert (result.outcome, result.reason) == ("survived", "nobody noticed")


async def test_a_patch_runs_where_it_is_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Rerun, "_faulty", lambda self, patch, folder: TARGET)
    listed = case("otp/a", kill=("src:python/x",))
    results = await gather([PATCH], rerun(listed, case("otp/b")), 1)
    assert [r.scenario for r in results] == ["otp/a"]


async def test_an_unlisted_patch_runs_where_its_requirements_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Rerun, "_faulty", lambda self, patch, folder: TARGET)
    cases = [case("otp/a"), case("otp/b"), case("otp/c", exclusive=True)]
    results = await gather([PATCH], rerun(*cases), 1)
    assert {r.scenario for r in results} == {"otp/a", "otp/b"}, "killed: no need to go on"
    FakeGroup.finding = []
    results = await gather([PATCH], rerun(*cases), 1)
    assert {r.scenario for r in results} == {"otp/a", "otp/b", "otp/c"}
    assert [size for _, _, size in FakeGroup.played] == [2, 2, 1]


async def test_a_patch_of_a_package_that_is_not_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    [result] = await gather([PATCH], rerun(case("otp/a")), 1)
    assert result.outcome == "did-not-apply"
    assert "not installed" in result.reason


def test_each_copy_tampers_once() -> None:
    tampering = Tampering("req-drop:verify_otp")
    assert tampering("a", {"action": "verify_otp"}) == []
    assert tampering.done


def test_promises_of_green_files_only() -> None:
    cases = [
        CaseResult("a/b", "t", "pass", "x", kill=("drop:pong", "src:go/y", "src:python/x")),
        CaseResult("a/b", "t", "pass", "y", kill=("drop:pong", "src:go/y", "src:python/x")),
        CaseResult("a/c", "t", "pass", "x", kill=("drop:pong",)),
        CaseResult("a/c", "t", "fail", "y", kill=("drop:pong",)),
    ]
    [promise] = promises(cases, "python")
    assert promise.scenario == "a/b"
    assert promise.names == ("drop:pong", "src:python/x")
