"""JUnit XML: a suite per target, a test case per scenario case, for CI systems to show.

A target that could not be started is one erroneous case of its suite. What does not apply, could
not run or failed as expected is skipped with its reason; an unexpected pass is a failure.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from smooth_operator_conformance.records import CaseResult
from smooth_operator_conformance.reporting.aggregate import WORDS, area_of
from smooth_operator_conformance.reporting.collector import Run
from smooth_operator_conformance.reporting.replaying import command
from smooth_operator_conformance.reporting.wording import block, headline

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(run: Run) -> str:
    """The whole document; always well-formed, whatever bytes a server sent."""
    root = ET.Element("testsuites", name="smooth-conformance")
    tests = failures = errors = skipped = 0
    for target in run.targets:
        suite = _suite(run, target)
        root.append(suite)
        tests += int(suite.get("tests", "0"))
        failures += int(suite.get("failures", "0"))
        errors += int(suite.get("errors", "0"))
        skipped += int(suite.get("skipped", "0"))
    for name, number in (
        ("tests", tests),
        ("failures", failures),
        ("errors", errors),
        ("skipped", skipped),
    ):
        root.set(name, str(number))
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _suite(run: Run, target: str) -> ET.Element:
    suite = ET.Element("testsuite", name=_legal(target), timestamp=_legal(run.start.started_at))
    cases = [case for case in run.cases if case.target == target]
    for case in cases:
        suite.append(_case(run, case))
    unavailable = run.target(target).unavailable
    if unavailable:
        broken = ET.SubElement(suite, "testcase", name="target starts", classname=_legal(target))
        ET.SubElement(broken, "error", message=_legal(unavailable))
    suite.set("tests", str(len(suite.findall("testcase"))))
    suite.set("failures", str(len(suite.findall("testcase/failure"))))
    suite.set("errors", str(len(suite.findall("testcase/error"))))
    suite.set("skipped", str(len(suite.findall("testcase/skipped"))))
    suite.set("time", _seconds(sum(case.duration_ms for case in cases)))
    return suite


def _case(run: Run, case: CaseResult) -> ET.Element:
    element = ET.Element(
        "testcase",
        name=_legal(case.label),
        classname=_legal(f"{case.target}.{area_of(case.scenario)}"),
        time=_seconds(case.duration_ms),
    )
    if case.outcome in ("fail", "unexpected-pass"):
        element.append(_failure(case, command(case, run.target(case.target))))
    elif case.outcome in ("not-applicable", "could-not-run", "expected-fail"):
        message = f"{WORDS[case.outcome]}: {case.reason}".rstrip(": ")
        ET.SubElement(element, "skipped", message=_legal(message))
    notes = [*case.notes]
    if case.outcome == "rescued":
        notes.insert(0, "passed alone after a deadline failure")
    if notes:
        ET.SubElement(element, "system-out").text = _legal("\n".join(notes))
    return element


def _failure(case: CaseResult, again: str) -> ET.Element:
    first = headline(case.findings[0]) if case.findings else case.reason or WORDS[case.outcome]
    kind = case.findings[0].kind if case.findings else case.outcome
    element = ET.Element("failure", message=_legal(first), type=kind)
    lines = [block(finding) for finding in case.findings]
    lines.append(f"replay: {again}")
    element.text = _legal("\n".join(lines))
    return element


def _seconds(milliseconds: float) -> str:
    return f"{milliseconds / 1000:.3f}"


def _legal(text: str) -> str:
    """XML 1.0 has no escape for most control characters and lone surrogates."""
    return _ILLEGAL.sub("\ufffd", text)
