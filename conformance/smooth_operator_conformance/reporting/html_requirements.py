"""The requirements on the HTML page: how each MUST is covered, and how each target stands to it.

Proven: a mutant tagged with it dies in a scenario that lists it. Claimed: a scenario lists it.
Without mutants in the run, nothing is proven, and the page says so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from smooth_operator_conformance.records import REGRESSIONS, CaseResult
from smooth_operator_conformance.reporting.collector import Run
from smooth_operator_conformance.reporting.coverage import RAN
from smooth_operator_conformance.spec import SpecNotFound, find_spec, read_json

Json = Any
GROUPS = ("proven", "claimed", "unobservable", "unlisted")
WORDING = {
    "proven": "proven",
    "claimed": "claimed",
    "unobservable": "unobservable",
    "unlisted": "without a scenario",
}


@dataclass(frozen=True, slots=True)
class Known:
    """What the contract says about a requirement."""

    text: str = ""
    level: str = ""
    reason: str = ""


def section(run: Run) -> Iterator[str]:
    """The table; nothing where no scenario lists a requirement."""
    by_id: defaultdict[str, list[CaseResult]] = defaultdict(list)
    for case in run.cases:
        for rid in case.requirements:
            by_id[rid].append(case)
    standing = _standing(run)
    ids = sorted({*by_id, *standing})
    if not ids:
        return
    known = contract()
    yield '<section id="requirements"><h2>Requirements</h2>'
    yield from _summary(run)
    heads = "".join(f'<th scope="col">{escape(name)}</th>' for name in run.targets)
    yield '<div class="scroll"><table class="requirements"><thead><tr><th scope="col">Requirement'
    yield f'</th><th scope="col">Coverage</th>{heads}</tr></thead><tbody>'
    killers = _killers(run)
    for rid in ids:
        yield _row(run, rid, known.get(rid, Known()), by_id[rid], standing.get(rid, ""), killers)
    yield "</tbody></table></div></section>"


def contract() -> dict[str, Known]:
    """The requirements of the contract that the runner has; empty without one."""
    try:
        entries: Json = read_json(find_spec() / "requirements.json")
    except (SpecNotFound, OSError, ValueError):
        return {}
    return {
        str(entry["id"]): Known(
            str(entry.get("text", "")),
            str(entry.get("level", "MUST")),
            str(entry.get("reason", "")),
        )
        for entry in entries
    }


def _standing(run: Run) -> dict[str, str]:
    if run.requirements is None:
        return {}
    return {rid: group for group in GROUPS for rid in getattr(run.requirements, group)}


def _summary(run: Run) -> Iterator[str]:
    found = run.requirements
    if found is None:
        yield '<p class="soft">Listed by the scenarios that ran. Which of them are proven, '
        yield "a run of <code>smooth-conformance mutants</code> says.</p>"
        return
    yield '<ul class="numbers small">'
    for group in GROUPS:
        ids = getattr(found, group)
        style = "bad" if group == "unlisted" and ids else ""
        yield f'<li class="{style}"><b>{len(ids)}</b> {WORDING[group]}</li>'
    yield "</ul>"


def _killers(run: Run) -> Mapping[str, str]:
    """Requirement to one mutant that proves it, and where it died."""
    found: dict[str, str] = {}
    for mutant in run.mutants:
        if mutant.outcome == "killed":
            for rid in mutant.requirements:
                found.setdefault(rid, f"{mutant.operator} dies in {mutant.scenario}")
    return found


def _row(
    run: Run,
    rid: str,
    known: Known,
    cases: Sequence[CaseResult],
    group: str,
    killers: Mapping[str, str],
) -> str:
    told = known.reason if group == "unobservable" else killers.get(rid, "")
    if group != "unobservable" and not told:
        names = sorted({case.scenario for case in cases})
        told = names[0] + (f" and {len(names) - 1} more" if len(names) > 1 else "") if names else ""
    marks = "".join(_mark(rid, [c for c in cases if c.target == name]) for name in run.targets)
    level = f' <span class="soft">{escape(known.level)}</span>' if known.level else ""
    return (
        f'<tr data-requirement="{escape(rid)}"><th scope="row"><code>{escape(rid)}</code>{level}'
        f"<span>{escape(known.text)}</span></th>"
        f"<td>{_cover(group)}"
        f'<span class="soft">{escape(told)}</span></td>{marks}</tr>'
    )


def _cover(group: str) -> str:
    return f'<span class="cover {group}">{WORDING[group]}</span> ' if group else ""


def _mark(rid: str, cases: Sequence[CaseResult]) -> str:
    asked = {case.scenario for case in cases if case.outcome in RAN}
    bad = {case.scenario for case in cases if case.outcome in REGRESSIONS}
    if not asked:
        return '<td class="soft">not asked</td>'
    text, style = (
        (f"{len(bad)} of {len(asked)} fail", "fail") if bad else (f"{len(asked)} ok", "pass")
    )
    return (
        f'<td><button type="button" class="mark {style}" data-only="{escape(rid)}" '
        f'aria-label="{text}; show the scenarios of {escape(rid)}">{text}</button></td>'
    )
