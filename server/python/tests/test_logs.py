"""Logs: a line of our own is the same line, whether a record is made of it or not."""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from smooth_operator_server import logs
from smooth_operator_server.logs import configure_logging, iso_now, log


@pytest.fixture
def stream(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Where a configured server's lines go; pytest's own handlers step aside."""
    written = io.StringIO()
    kept = logging.root.handlers[:], logging.root.level
    settings = ("_srcfile", "logThreads", "logProcesses", "logMultiprocessing")
    for name in settings:
        monkeypatch.setattr(logging, name, getattr(logging, name))
    monkeypatch.setattr(logs, "_straight", None)
    monkeypatch.setattr(sys, "stderr", written)
    configure_logging()
    yield written
    logging.root.handlers[:], logging.root.level = kept


def lines(written: io.StringIO) -> list[dict[str, object]]:
    return [orjson.loads(line) for line in written.getvalue().splitlines()]


def test_a_line_is_the_same_with_and_without_a_record(stream: io.StringIO) -> None:
    log("turn_ended", "100% done", request_id="r", agent_id=None, level=logging.WARNING)
    other = logging.NullHandler()
    logging.root.addHandler(other)
    log("turn_ended", "100% done", request_id="r", agent_id=None, level=logging.WARNING)
    straight, recorded = lines(stream)
    assert list(straight) == list(recorded) == ["ts", "level", "event", "message", "requestId"]
    assert straight | {"ts": ""} == recorded | {"ts": ""}


def test_who_listens_gets_a_record(stream: io.StringIO, caplog: pytest.LogCaptureFixture) -> None:
    logging.root.addHandler(caplog.handler)
    log("turn_ended", "done")
    assert [record.getMessage() for record in caplog.records] == ["done"]
    assert len(lines(stream)) == 1


def test_what_is_below_the_level_is_left_out(stream: io.StringIO) -> None:
    log("detail", "nobody asked", level=logging.DEBUG)
    assert lines(stream) == []


def test_a_reader_that_went_away_stops_nobody(stream: io.StringIO) -> None:
    stream.close()
    log("turn_ended", "done")


@given(st.integers(0, 4_000_000_000_000))
def test_times_are_written_to_the_millisecond(milliseconds: int) -> None:
    seconds = (milliseconds + 0.5) / 1000
    written = datetime.strptime(iso_now(seconds), "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    assert round(written.timestamp() * 1000) == milliseconds
