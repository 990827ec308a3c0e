"""What each format says, read back with a parser of that format."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from smooth_operator_conformance.records import (
    OUTCOMES,
    CaseResult,
    Finding,
    Outcome,
    RunEnd,
    RunStart,
)
from smooth_operator_conformance.reporting import badge, html, junit, markdown
from smooth_operator_conformance.reporting.collector import Run
from smooth_operator_conformance.reporting.html_case import anchor
from smooth_operator_conformance.reporting.html_timeline import MOST_ENTRIES, window
from smooth_operator_conformance.reporting.terminal import print_run
from smooth_operator_conformance.reporting.write import write_reports

START = RunStart("r", "2026-01-01T00:00:00Z", "0.1", "1.0")
END = RunEnd("2026-01-01T00:00:01Z", 1.0, 0)
VOID = {"meta", "input", "link", "br", "hr", "img"}


class Page(HTMLParser):
    """Collects what the tests ask about and checks that tags nest."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.outside: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.tags.append((tag, values))
        if tag not in VOID:
            self.open.append(tag)
        if values.get("id"):
            self.ids.append(values["id"] or "")
        if tag == "a":
            self.links.append(values.get("href") or "")
        if "src" in values or (tag == "link"):
            self.outside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_junit_counts_and_reasons(run: Run) -> None:
    root = ET.fromstring(junit.render(run))
    assert root.get("failures") == "2"
    assert root.get("errors") == "1"
    suites = {suite.get("name"): suite for suite in root}
    assert set(suites) == {"python", "go", "rust"}
    assert suites["go"].get("tests") == "5"
    assert suites["go"].get("skipped") == "2"
    failure = suites["go"].find("testcase[@name='turns/plain[b]']/failure")
    assert failure is not None
    assert "TURN-001" in (failure.get("message") or "")
    assert "smooth-conformance replay 'turns/plain[b]' --target go" in (failure.text or "")
    error = suites["rust"].find("testcase/error")
    assert error is not None
    assert error.get("message") == "no cargo"


@given(st.text(), st.text(), st.sampled_from(OUTCOMES))
def test_junit_stays_well_formed(name: str, message: str, outcome: Outcome) -> None:
    case = CaseResult(name, name, outcome, reason=message, findings=(Finding("law", message),))
    root = ET.fromstring(junit.render(Run(START, (case,), end=END)))
    assert root.get("tests") == "1"


def test_html_shows_the_matrix_and_links_into_the_page(run: Run) -> None:
    page = Page(html.render(run))
    assert page.open == []
    assert page.outside == []
    assert len(page.ids) == len(set(page.ids))
    assert all(link.startswith("#") and link[1:] in page.ids for link in page.links)
    rows = [values for tag, values in page.tags if tag == "tr" and "data-scenario" in values]
    assert [row["data-scenario"] for row in rows] == [
        "drain/term",
        "lists/paging",
        "otp/park",
        "turns/plain",
    ]
    failing = next(row for row in rows if row["data-scenario"] == "turns/plain")
    assert (failing["data-outcomes"] or "").split() == ["fail", "pass"]


def test_html_holds_the_trace_and_the_command(run: Run) -> None:
    text = html.render(run)
    page = Page(text)
    said = "".join(page.text)
    assert "smooth-conformance replay 'turns/plain[b]' --target go" in said
    assert "1.2" in said
    assert '"type": "pong"' in said
    assert text.count("</script>") == 1
    blamed = [values for tag, values in page.tags if "blamed" in (values.get("class") or "")]
    assert len(blamed) == 1
    assert "http://" not in text
    assert "https://" not in text


def test_html_lists_the_mutants(run: Run) -> None:
    page = Page(html.render(run))
    said = "".join(page.text)
    assert "90 of 100 killed" in said
    assert "Survived where they were tried (1)" in said
    assert "drop:pong" in said
    assert "Killed (1)" in said


def test_html_can_be_used_without_a_mouse(run: Run) -> None:
    page = Page(html.render(run))
    active = {"a", "button", "input", "select", "summary", "details"}
    assert not [tag for tag, values in page.tags if "onclick" in values and tag not in active]
    assert ("html", {"lang": "en"}) in page.tags
    for tag, values in page.tags:
        if tag == "th":
            assert values.get("scope")
    labels = [tag for tag, _ in page.tags if tag == "label"]
    fields = [tag for tag, _ in page.tags if tag in ("input", "select")]
    assert len(labels) == len(fields) == 5 + 3


@given(st.text(min_size=1), st.text(), st.text())
def test_html_escapes_whatever_comes(name: str, case: str, message: str) -> None:
    result = CaseResult(name, name, "fail", case, findings=(Finding("law", message),), reason=case)
    page = Page(html.render(Run(START, (result,), end=END)))
    assert page.open == []
    assert anchor(result) in page.ids


@given(st.text(), st.text())
def test_anchors_tell_names_apart(one: str, two: str) -> None:
    first, second = CaseResult(one, "t", "fail"), CaseResult(two, "t", "fail")
    assert (anchor(first) == anchor(second)) == (one == two)


@given(st.integers(0, 3000), st.sets(st.integers(0, 2999), max_size=3))
def test_a_long_trace_shows_the_blamed_entry(length: int, blamed: set[int]) -> None:
    blamed = {entry for entry in blamed if entry < length}
    first, last = window(length, blamed)
    assert 0 <= first <= last <= length
    assert last - first == min(length, MOST_ENTRIES)
    if blamed:
        assert first <= min(blamed) < last


def test_markdown_tables_and_failures(run: Run) -> None:
    text = markdown.render(run)
    assert "4 scenarios, 17 checks, 2 failed" in text
    assert "| go | 0.2 | 2 of 4 | 0 | 2 |" in text
    assert "**rust could not be started:** no cargo" in text
    assert "### turns/plain[b] on go: fail" in text
    assert "mutants: 90 of 100 killed" in text
    assert "requirements: 1 proven, 1 claimed, 1 unobservable" in text


@given(st.text(alphabet="`a\n|", max_size=40))
def test_markdown_fences_hold(message: str) -> None:
    case = CaseResult("a/b", "t", "fail", findings=(Finding("law", message, actual=message),))
    lines = markdown.render(Run(START, (case,), end=END)).splitlines()
    fences = [line for line in lines if line and set(line) == {"`"} and len(line) >= 3]
    assert len(fences) == 4


def test_markdown_limits_the_failures() -> None:
    cases = tuple(CaseResult(f"a/{n:03}", "t", "fail", reason="r") for n in range(60))
    text = markdown.render(Run(START, cases, end=END))
    assert text.count("\n### ") == 50
    assert "and 10 more" in text


@pytest.mark.parametrize(
    ("outcome", "color", "message"),
    [
        ("pass", "brightgreen", "1 of 1"),
        ("expected-fail", "brightgreen", "1 of 1"),
        ("fail", "red", "1 of 1 failed"),
        ("unexpected-pass", "red", "1 of 1 failed"),
        ("not-applicable", "lightgrey", "incomplete"),
    ],
)
def test_the_badge_says_the_worst(outcome: Outcome, color: str, message: str) -> None:
    found = json.loads(badge.render(Run(START, (CaseResult("a/b", "t", outcome),), end=END)))
    assert (found["color"], found["message"]) == (color, message)
    assert found["schemaVersion"] == 1


def test_the_badge_of_an_interrupted_run_is_grey() -> None:
    found = json.loads(badge.render(Run(START, (CaseResult("a/b", "t", "pass"),))))
    assert found["color"] == "lightgrey"


def test_the_terminal_ends_with_the_totals(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    print_run(run)
    lines = capsys.readouterr().out.strip().splitlines()
    assert lines[-1].startswith("4 scenarios, 17 checks, 2 failed")
    assert any("smooth-conformance replay 'turns/plain[b]' --target go" in line for line in lines)
    assert any("rust: could not be started: no cargo" in line for line in lines)
    assert any("python 0.1.0: 4 of 4 applicable" in line for line in lines)


def test_green_rows_are_folded_unless_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    run = Run(START, (CaseResult("a/b", "t", "pass"), CaseResult("a/c", "t", "fail")), end=END)
    print_run(run)
    folded = capsys.readouterr().out
    assert "a/b" not in folded
    assert "1 scenarios without a failure" in folded
    print_run(run, every=True)
    assert "a/b" in capsys.readouterr().out


def test_a_report_directory_is_made_whole(report: Path) -> None:
    write_reports(report)
    names = {path.name for path in report.iterdir()}
    assert names == {
        "results.jsonl",
        "junit.xml",
        "summary.md",
        "index.html",
        "badge.json",
        "traces",
    }
    ET.parse(report / "junit.xml")
    json.loads((report / "badge.json").read_text(encoding="utf-8"))
