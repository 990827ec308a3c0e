"""From a judged copy to its record: which of the seven outcomes it is."""

from __future__ import annotations

from smooth_operator_conformance.records import CaseResult, Finding, Outcome
from smooth_operator_conformance.run.group import Judged
from smooth_operator_conformance.servers.target import Target


def outcome_of(judged: Judged, target: Target) -> tuple[Outcome, str]:
    """The outcome and its reason, before a rescue is tried."""
    if judged.unavailable:
        return "could-not-run", judged.unavailable
    if judged.missing:
        return "not-applicable", f"{target.name} does not declare {', '.join(judged.missing)}"
    scenario = judged.run.case.scenario
    expected = target.expected_fail.get(scenario.name)
    if target.language and target.language in scenario.raw.get("knownDivergences", ()):
        expected = f"the file knows that {target.language} differs"
    if judged.findings:
        return ("expected-fail", expected) if expected else ("fail", "")
    return ("unexpected-pass", expected) if expected else ("pass", "")


def only_deadlines(findings: list[Finding]) -> bool:
    """Whether nothing but patience ran out."""
    return bool(findings) and all(finding.kind == "deadline" for finding in findings)


def record(judged: Judged, target: Target, outcome: Outcome, reason: str, trace: str) -> CaseResult:
    """The record of one copy."""
    case = judged.run.case
    return CaseResult(
        scenario=case.scenario.name,
        target=target.name,
        outcome=outcome,
        case=case.label,
        reason=reason,
        checks=case.scenario.checks,
        laws=judged.audit.laws,
        frames=judged.audit.frames,
        duration_ms=round(judged.run.duration_ms, 3),
        findings=tuple(judged.findings),
        trace=trace,
        requirements=case.scenario.requirements,
        kill=case.scenario.kill,
        notes=tuple(judged.audit.notes),
    )
