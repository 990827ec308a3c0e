"""Records survive the way to disk and back, whatever they hold."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from smooth_operator_conformance.record_io import (
    BadRecord,
    RecordWriter,
    dumps,
    loads,
    read_records,
    read_trace,
    trace_name,
    write_trace,
)
from smooth_operator_conformance.records import (
    CaseResult,
    Finding,
    Outcome,
    RunEnd,
    RunStart,
    TargetInfo,
    Totals,
    TraceEntry,
    TraceHeader,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(expected=JSON, actual=JSON, message=st.text(), step=st.none() | st.integers(0, 99))
def test_a_case_result_survives(
    expected: object, actual: object, message: str, step: int | None
) -> None:
    finding = Finding(
        kind="assertion", message=message, step=step, expected=expected, actual=actual
    )
    record = CaseResult("a/b", "python", "fail", findings=(finding,), requirements=("X-001",))
    line = dumps(record)
    assert "\n" not in line
    assert loads(line) == record


@given(value=JSON, t_ms=st.floats(0, 1e9))
def test_a_trace_entry_survives(value: object, t_ms: float) -> None:
    entry = TraceEntry(t_ms, "a", "in", "frame", value)
    assert loads(dumps(entry)) == entry


@pytest.mark.parametrize("outcome", ["pass", "rescued", "could-not-run"])
def test_a_stream_reads_as_written(tmp_path: Path, outcome: Outcome) -> None:
    written = [
        RunStart("r", "2026-01-01T00:00:00Z", "0.1", "1.0", targets=(TargetInfo("python"),)),
        CaseResult("a/b", "python", outcome),
        RunEnd("2026-01-01T00:00:01Z", 1000.0, 0, Totals(scenarios=1, outcomes={outcome: 1})),
    ]
    with RecordWriter(tmp_path / "deep" / "results.jsonl") as out:
        for record in written:
            out.write(record)
    assert list(read_records(tmp_path / "deep" / "results.jsonl")) == written


def test_unknown_keys_are_ignored() -> None:
    line = '{"record":"scenario-result","scenario":"a","target":"t","outcome":"pass","new":1}'
    assert loads(line) == CaseResult("a", "t", "pass")


@pytest.mark.parametrize(
    "line", ["", "nope", "[]", "{}", '{"record":"weather"}', '{"record":"run-start"}']
)
def test_what_is_no_record_is_refused(line: str) -> None:
    with pytest.raises(BadRecord):
        loads(line)


def test_a_bad_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    path.write_text(dumps(CaseResult("a", "t", "pass")) + "\n\nnope\n", encoding="ascii")
    with pytest.raises(BadRecord, match=r"results\.jsonl:3"):
        list(read_records(path))


def test_a_trace_reads_as_written(tmp_path: Path) -> None:
    header = TraceHeader("turns/plain", "python", "first", {"nonce": "n1"})
    entries = [TraceEntry(0.0, "a", "out", "frame", {"action": "ping"})]
    name = write_trace(tmp_path, header, entries)
    assert name == "traces/turns__plain--first@python.jsonl"
    assert read_trace(tmp_path / name) == (header, entries)


def test_a_trace_name_stays_below_the_report() -> None:
    name = trace_name("a/../../etc", "x y", "url:ws://h:1/ws")
    assert name.count("/") == 1
    assert name.startswith("traces/")


@pytest.mark.parametrize("first", [TraceEntry(0, "a", "in", "frame"), RunEnd("", 0, 0)])
def test_a_trace_begins_with_its_header(tmp_path: Path, first: TraceEntry | RunEnd) -> None:
    with RecordWriter(tmp_path / "t.jsonl") as out:
        out.write(first)
    with pytest.raises(BadRecord, match="header"):
        read_trace(tmp_path / "t.jsonl")
