"""The findings as Markdown: for the report folder and the generated part of docs/interop.md."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from interop.differences import Difference, Seen
from interop.findings import Findings
from interop.judged import TOLD, Judgement
from interop.proxied import Proxied
from interop.reading import Reading
from interop.visit import Played

BEGIN = "<!-- From here on written by `nox -s interop`. -->"
"""Everything below this line of the document is generated."""
SHOWN = 3
"""Scenarios that are named of one difference; the report has all."""


def markdown(findings: Findings) -> str:
    """All sections of what was done."""
    parts = [_versions(findings)]
    if findings.visits:
        parts.append(_visits(findings.visits))
    if findings.readings:
        parts.append(_readings(findings.readings))
    if findings.judgement is not None:
        parts.append(_judgement(findings.judgement))
    if findings.proxied is not None:
        parts.append(_proxied(findings.proxied))
    return "\n\n".join(parts) + "\n"


def write_docs(path: Path, findings: Findings) -> None:
    """Replace the generated part of the document; raises ValueError where it has none."""
    head, mark, _ = path.read_text("utf-8").partition(BEGIN)
    if not mark:
        raise ValueError(f"{path} lacks the line {BEGIN}")
    path.write_text(f"{head}{BEGIN}\n\n{markdown(findings)}", "utf-8")


def table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A Markdown table; cells may hold anything."""
    names = list(head)
    lines = [names, ["---"] * len(names), *[[_cell(c) for c in row] for row in rows]]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(value: object) -> str:
    text = " ".join(str(value).split())
    return text.replace("|", "\\|").replace("<", "&lt;")


def _versions(findings: Findings) -> str:
    rows = [(f"`.nox/{name}`", title) for name, title in findings.versions.items()]
    return "## Versions\n\n" + table(["environment", "package"], rows)


def _visits(visits: dict[str, list[Played]]) -> str:
    titles = list(visits)
    acts = {played.act: played.shows for its in visits.values() for played in its}
    told = {(title, p.act): p for title, its in visits.items() for p in its}
    rows = []
    for act, shows in acts.items():
        cells = [told.get((title, act)) for title in titles]
        rows.append([act, shows, *[cell.outcome if cell else "not played" for cell in cells]])
    return "## Published clients at our server\n\n" + table(["act", "shows", *titles], rows)


def _readings(readings: dict[str, Reading]) -> str:
    rows = [
        (title, r.frames, len(r.types), sum(r.replies.values()), len(r.refused))
        for title, r in readings.items()
    ]
    head = ["client", "frames", "event types", "replies read whole", "refused"]
    kinds = sorted({kind for reading in readings.values() for kind in reading.types})
    types = [(kind, *[r.types.get(kind, 0) for r in readings.values()]) for kind in kinds]
    return "\n\n".join(
        (
            "## Our frames, read by published models",
            table(head, rows),
            table(["event type", *readings], types),
        )
    )


def _judgement(judgement: Judgement) -> str:
    found = judgement.comparison
    cases = ", ".join(f"{judgement.cases.get(key, 0)} {word}" for key, word in TOLD)
    missed = sorted(judgement.reasons.items(), key=lambda item: (-item[1], item[0]))
    return "\n\n".join(
        (
            "## The published server, judged",
            f"{judgement.line}; in cases: {cases}. {len(found.seen)} different assertions failed; "
            f"they put {found.in_question} requirements in question. Of {len(found.kept)} others "
            "every judged scenario passed.",
            "### What it did instead",
            table(
                ["first failed assertion", "cases", "scenarios", "requirements in question"],
                [_seen(seen) for seen in found.seen],
            ),
            "### The same by requirement",
            table(
                ["requirement", "sentence", "kept in", "instead"],
                [_difference(difference) for difference in found.differences],
            ),
            "### Kept wherever they were looked at",
            ", ".join(found.kept) or "None.",
            "### Not judged, and why",
            table(["cases", "reason"], [(n, reason) for reason, n in missed]),
        )
    )


def _seen(seen: Seen) -> tuple[object, ...]:
    asked = ", ".join(seen.requirements) or "none that all of them list"
    return seen.instead, seen.cases, _named(seen.scenarios), asked


def _difference(difference: Difference) -> tuple[object, ...]:
    total = difference.kept + len(difference.failed)
    instead = "; ".join(difference.instead[:SHOWN])
    if not difference.instead:
        instead = f"unclear: {_named(difference.failed)} ended with: {difference.unclear}"
    kept = f"{difference.kept} of {total}"
    return difference.requirement, difference.sentence, kept, instead


def _named(scenarios: Sequence[str]) -> str:
    """The first few, and how many more there are."""
    more = len(scenarios) - SHOWN
    named = ", ".join(scenarios[:SHOWN])
    return f"{named} and {more} more" if more > 0 else named


def _proxied(proxied: Proxied) -> str:
    rows = [
        (v.requirement, v.message, v.side, v.count, "" if v.counted else "not promised")
        for v in proxied.violations
    ]
    return "\n\n".join(
        (
            "## A proxy between the published client and the published server",
            f"{proxied.frames} frames passed; {len(rows)} kinds of violation were named.",
            table(["requirement", "sentence", "broken by", "times", ""], rows),
            f"Recorded as {', '.join(proxied.recorded)}. Replayed: {proxied.ours} on our server, "
            f"{proxied.theirs} on the published one.",
        )
    )
