"""How a step of a client scenario fails, and whose fault that is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from smooth_operator_conformance.match.values import Mismatch, short
from smooth_operator_conformance.records import Finding, FindingKind, TraceEntry

Json = Any


class Stop(Exception):
    """A step failed; the finding says how."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


@dataclass(slots=True)
class Reporter:
    """Makes the failures of one case; `step` is the one that is being played."""

    requirements: tuple[str, ...]
    step: int = 0

    def stop(self, message: str, *, kind: FindingKind = "assertion", inbox: str = "") -> Stop:
        """The client did something else than the step wants."""
        finding = Finding(
            kind=kind,
            message=f"step {self.step}: {message}",
            step=self.step,
            requirements=self.requirements,
            blame="target",
            inbox=inbox,
        )
        return Stop(finding)

    def mistake(self, message: str) -> Stop:
        """The scenario itself is wrong."""
        stop = self.stop(message)
        stop.finding = replace(stop.finding, blame="scenario")
        return stop

    def wrong(self, name: str, wrong: Mismatch, entry: TraceEntry) -> Stop:
        """Something came, and it is not what was expected."""
        whole = f"; it was {short(entry.value)}" if wrong.path else ""
        stop = self.stop(f"on {name} at {wrong}{whole}", inbox=name)
        expected, actual = _plain(wrong.expected), _plain(wrong.actual)
        stop.finding = replace(stop.finding, path=wrong.path, expected=expected, actual=actual)
        return stop


def _plain(value: Json) -> Json:
    """JSON for a record: the absent value becomes null."""
    return value if isinstance(value, str | int | float | bool | list | dict) else None
