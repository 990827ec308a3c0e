"""Judges a recorded trace: `judge(case, header, entries) -> list[Finding]`, no sockets involved.

For mutants: read a green trace with `record_io.read_trace`, rewrite `entries` as you like (drop,
double, swap, change `value`), and call `judge` again; an empty list means that nobody noticed.
`load_case(spec_root, header)` gives the case of a trace file. What is looked at, in this order:

1. the steps, through the same walk as live: kinds `assertion` and `deadline` (an awaited entry that
   is not in the trace), the first failure only;
2. leftovers: unconsumed frames, script entries, calls too many (kind `leftover`);
3. the standing laws (kind `law`, and `schema` for what the schema alone refuses).

An entry: `inbox` as scenarios name it (`a`, `model:main`, `tool:main/look`, `otp`, `process`,
`log`, `http` for answers to `get`, `runner` for step marks); `direction` `in` = it came to the
runner. Kinds: `frame` (a WebSocket frame), `http` (a request's body with `$headers`, or `{status,
body, headers}` of a `get`), `closed` (`{code, reason}`), `event` (`{"open": status}`, `{"cut":
how}`, `{"$dropped": true}`, `{"exit": code}`), `step` (on `runner`: where a step begins, and
`{"end": true}` after the last one).
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Sequence
from pathlib import Path

from smooth_operator_conformance.laws import audit
from smooth_operator_conformance.records import Finding, TraceEntry, TraceHeader
from smooth_operator_conformance.scenario.load import load_scenario
from smooth_operator_conformance.scenario.model import Case
from smooth_operator_conformance.scenario.placeholders import Scope
from smooth_operator_conformance.schemas import Contract
from smooth_operator_conformance.walk import Await, Do, Effect, Reply, Rest, Walk


def load_case(spec_root: Path, header: TraceHeader) -> Case:
    """The case that a trace was recorded of; raises KeyError when its label is gone."""
    name = header.scenario
    scenario = load_scenario(spec_root / "conformance" / "scenarios" / f"{name}.json", name)
    for case in scenario.cases():
        if case.label == header.case:
            return case
    raise KeyError(f"{name} has no case {header.case!r}")


def judge(
    case: Case,
    header: TraceHeader,
    entries: Sequence[TraceEntry],
    contract: Contract | None = None,
) -> list[Finding]:
    """Every finding on this trace: of the steps, the leftovers and the laws."""
    replay = Replay(case, header, entries)
    findings = replay.run()
    laws = audit(case, header, entries, replay.consumed, contract or Contract.shared())
    return findings + laws.findings


class Replay:
    """Drives a walk from a trace instead of sockets."""

    def __init__(self, case: Case, header: TraceHeader, entries: Sequence[TraceEntry]) -> None:
        self._entries = entries
        self._queues: defaultdict[str, deque[int]] = defaultdict(deque)
        self._marks: dict[int, int] = {}
        self.consumed: set[int] = set()
        for index, entry in enumerate(entries):
            if entry.direction == "in":
                self._queues[entry.inbox].append(index)
            elif entry.kind == "step" and entry.step is not None:
                self._marks[entry.step] = index
        self._walk = Walk(case, Scope(header.bindings))

    def run(self) -> list[Finding]:
        """The findings of the steps: at most one."""
        steps = self._walk.run()
        reply: Reply = None
        while True:
            try:
                effect = steps.send(reply)
            except StopIteration as stop:
                findings: list[Finding] = stop.value
                return findings
            reply = self._answer(effect)

    def _answer(self, effect: Effect) -> Reply:
        if isinstance(effect, Do):
            return None
        queue = self._queues[effect.inbox]
        if isinstance(effect, Await):
            return self._take(queue) if queue else None
        assert isinstance(effect, Rest)
        limit = self._marks.get(effect.step + 1, len(self._entries))
        rest = []
        while queue and queue[0] < limit:
            rest.append(self._take(queue))
        return rest

    def _take(self, queue: deque[int]) -> TraceEntry:
        index = queue.popleft()
        self.consumed.add(index)
        return self._entries[index]
