"""The run as JUnit XML: a test case per answer; what was not played or judged is skipped."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from smooth_operator_evals.records import Result, Run
from smooth_operator_evals.reporting.wording import failure

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(run: Run) -> str:
    """The whole document; well-formed whatever a model said."""
    suite = ET.Element("testsuite", name="smooth-evals")
    suite.extend(_case(result) for result in run.results)
    for name, reason in run.not_played.items():
        _skip(ET.SubElement(suite, "testcase", name=name, classname="evals"), reason)
    for each in run.caught:
        case = ET.SubElement(
            suite, "testcase", name=f"{each.question} / {each.bad}", classname="evals.graders"
        )
        if not each.caught:
            ET.SubElement(case, "failure", message="no grader caught this seeded bad answer")
    suite.append(_judge(run))
    for key, tag in (("tests", "testcase"), ("failures", "testcase/failure")):
        suite.set(key, str(len(suite.findall(tag))))
    suite.set("skipped", str(len(suite.findall("testcase/skipped"))))
    ET.indent(suite)
    return ET.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def _case(result: Result) -> ET.Element:
    name = result.question.name + (f" / {result.bad}" if result.bad else "")
    case = ET.Element(
        "testcase",
        name=_legal(f"{name} #{result.attempt}"),
        classname=f"evals.{result.question.area}",
        time=f"{result.seconds:.3f}",
    )
    if not result.passed:
        reasons = [failure(verdict, len(result.turns)) for verdict in result.failures]
        element = ET.SubElement(case, "failure", message=_legal(reasons[0]))
        element.text = _legal("\n".join(reasons))
    said = "\n".join(f"> {turn.said}\n{turn.text}" for turn in result.turns)
    ET.SubElement(case, "system-out").text = _legal(f"answered by: {result.model}\n{said}")
    return case


def _judge(run: Run) -> ET.Element:
    case = ET.Element("testcase", name="judge", classname="evals")
    judge = run.judge
    if judge.skipped:
        _skip(case, judge.skipped)
    elif not judge.passed:
        reasons = [f"below {judge.threshold:g}: {name}" for name in judge.below]
        message = "; ".join([*reasons, *judge.errors]) or "no score"
        ET.SubElement(case, "failure", message=_legal(message))
    return case


def _skip(case: ET.Element, reason: str) -> None:
    ET.SubElement(case, "skipped", message=_legal(reason))


def _legal(text: str) -> str:
    return _ILLEGAL.sub("�", text)
