"""Standing laws: what holds for every trace, whatever its scenario asserts.

`audit` runs the leftovers and all laws over a timeline; it is called by the live run after its
process is done and by the offline judge, with the same result.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from smooth_operator_conformance.laws import frames, leftovers, ordering, secrets, sequence, turns
from smooth_operator_conformance.laws.view import View
from smooth_operator_conformance.records import Finding, TraceEntry, TraceHeader
from smooth_operator_conformance.scenario.model import Case
from smooth_operator_conformance.schemas import Contract

Law = Callable[[View], Iterator[Finding]]
LAWS: dict[str, Law] = {
    "schema": frames.schema,
    "twins": frames.twins,
    "always-sent": frames.always,
    "capabilities": frames.capabilities,
    "acks": frames.acks,
    "requests": frames.requests,
    "frame-size": frames.size,
    "text-frames": frames.text,
    "harness": frames.harness,
    "accepted-first": turns.accepted_first,
    "one-terminal": turns.one_terminal,
    "park-before-chunk": turns.park_before_chunk,
    "reply-order": ordering.reply_order,
    "seq-gap-free": sequence.gap_free,
    "seq-equal": sequence.equal_everywhere,
    "seq-named": sequence.named,
    "no-secret": secrets.no_secret,
    "no-code": secrets.no_code,
}


@dataclass(slots=True)
class Audit:
    """What the laws found, and how much they looked at."""

    findings: list[Finding] = field(default_factory=list)
    laws: int = 0
    frames: int = 0
    notes: list[str] = field(default_factory=list)
    """Reported without blame."""


def audit(
    case: Case,
    header: TraceHeader,
    entries: Sequence[TraceEntry],
    consumed: set[int],
    contract: Contract,
) -> Audit:
    """Leftovers and laws of one trace; `consumed` are the indexes that steps took."""
    view = View(case, header, entries, consumed, contract)
    result = Audit(laws=len(LAWS), frames=view.validated)
    left = list(leftovers.leftovers(view))
    if case.scenario.published:
        result.notes = [f"rebound {name}" for name in case.body.get("rebound", ())]
        result.notes += [finding.message for finding in left]
    else:
        result.findings.extend(left)
    for law in LAWS.values():
        result.findings.extend(law(view))
    return result
