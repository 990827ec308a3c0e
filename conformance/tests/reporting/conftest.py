"""A run with every outcome in it, two targets and a trace on disk."""

from __future__ import annotations

from pathlib import Path

import pytest
from smooth_operator_conformance.record_io import RecordWriter, write_trace
from smooth_operator_conformance.records import (
    CaseResult,
    Finding,
    MutantResult,
    MutantTotals,
    Record,
    RequirementTotals,
    RunEnd,
    RunStart,
    TargetInfo,
    TraceEntry,
    TraceHeader,
)
from smooth_operator_conformance.reporting.collector import Run, load

HOSTILE = "</script><b>\x00\ud800 & \"quoted\" 'text'"


def _records(folder: Path) -> list[Record]:
    entries = [
        TraceEntry(0.0, "a", "out", "frame", {"action": "ping", "requestId": "p"}),
        TraceEntry(1.25, "a", "in", "frame", {"type": "pong", "text": HOSTILE}, note="late"),
        TraceEntry(2.5, "model:main", "in", "http", {"messages": []}),
    ]
    trace = write_trace(folder, TraceHeader("turns/plain", "go", "b"), entries)
    finding = Finding(
        "assertion",
        f"expected pong, {HOSTILE}",
        step=3,
        path="/data/x",
        expected={"type": "pong"},
        actual=HOSTILE,
        requirements=("TURN-001",),
        entry=1,
    )
    law = Finding("law", "two terminal events", path="one-terminal", blame="harness")
    return [
        RunStart(
            "r1",
            "2026-01-01T00:00:00Z",
            "0.1.0",
            "1.0.0",
            targets=(
                TargetInfo("python", language="python", version="0.1.0"),
                TargetInfo("go", version="0.2"),
                TargetInfo("rust", unavailable="no cargo"),
            ),
            scenarios=6,
        ),
        CaseResult("turns/plain", "python", "pass", "a", checks=7, laws=10, frames=20),
        CaseResult("turns/plain", "python", "pass", "b", checks=7, laws=11, frames=21),
        CaseResult("turns/plain", "go", "pass", "a", checks=7, laws=10, frames=20),
        CaseResult(
            "turns/plain",
            "go",
            "fail",
            "b",
            checks=7,
            laws=3,
            frames=4,
            duration_ms=12.5,
            findings=(finding, law),
            trace=trace,
            requirements=("TURN-001",),
        ),
        CaseResult("otp/park", "go", "not-applicable", reason="does not declare otp", checks=5),
        CaseResult("otp/park", "python", "rescued", checks=5),
        CaseResult("drain/term", "go", "could-not-run", reason="no process control", checks=2),
        CaseResult("drain/term", "python", "expected-fail", reason="issue 12", checks=2),
        CaseResult("lists/paging", "go", "unexpected-pass", reason="listed as known", checks=3),
        CaseResult("lists/paging", "python", "pass", checks=3, notes=("rebound agentId",)),
        MutantResult(
            "drop:pong", "drop:pong", "event", "behaviour", "python", "turns/plain", "survived"
        ),
        MutantResult(
            "drop:stream_token",
            "drop:stream_token",
            "event",
            "behaviour",
            "python",
            "turns/plain",
            "killed",
            killed_by=f"assertion, {HOSTILE}",
        ),
        MutantTotals(killed=90, total=100, shape_killed=5, shape_total=5, equivalent=2),
        RequirementTotals(proven=("TURN-001",), claimed=("OTP-001",), unobservable=("OBS-009",)),
        RunEnd("2026-01-01T00:01:00Z", 60000.0, 1),
    ]


@pytest.fixture
def report(tmp_path: Path) -> Path:
    """A report directory with only the stream and its traces in it."""
    folder = tmp_path / "report"
    with RecordWriter(folder / "results.jsonl") as out:
        for record in _records(folder):
            out.write(record)
    return folder


@pytest.fixture
def run(report: Path) -> Run:
    """The run in it."""
    return load(report)
