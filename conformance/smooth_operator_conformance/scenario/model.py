"""A scenario and its cases, as the rest of the runner sees them: plain frozen data."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from smooth_operator_conformance.scenario.placeholders import fill_case, for_case

Json = Any


@dataclass(frozen=True, slots=True)
class Scenario:
    """One file of the corpus."""

    name: str
    raw: dict[str, Json]
    checks: int = 0
    """Assertions written in the file."""

    @property
    def profile(self) -> str:
        return str(self.raw["profile"])

    @property
    def exclusive(self) -> bool:
        return bool(self.raw.get("exclusive", False))

    @property
    def requirements(self) -> tuple[str, ...]:
        return tuple(self.raw["requirements"])

    @property
    def kill(self) -> tuple[str, ...]:
        return tuple(self.raw["kill"])

    @property
    def needs(self) -> tuple[str, ...]:
        return tuple(self.raw.get("needs", ()))

    @property
    def published(self) -> bool:
        """A file of the published project: lenient about what is left over."""
        return bool(self.raw.get("published", False))

    def cases(self) -> list[Case]:
        """One Case for each row, or a single one without label."""
        rows = self.raw.get("cases")
        if not rows:
            return [self._case({}, "")]
        return [self._case(row, str(row["label"])) for row in rows]

    def _case(self, row: dict[str, Json], label: str) -> Case:
        body = {key: value for key, value in self.raw.items() if key not in ("cases", "source")}
        return Case(self, label, fill_case(for_case(body, label), row))


@dataclass(frozen=True, slots=True)
class Case:
    """A scenario with one row of its table filled in; agents and steps are final but for runtime
    placeholders."""

    scenario: Scenario
    label: str
    body: dict[str, Json] = field(repr=False)

    @property
    def name(self) -> str:
        """`area/slug` or `area/slug[label]`."""
        return f"{self.scenario.name}[{self.label}]" if self.label else self.scenario.name

    @property
    def steps(self) -> list[dict[str, Json]]:
        return list(self.body["steps"])

    @property
    def agents(self) -> dict[str, dict[str, Json]]:
        return dict(self.body["agents"])

    @property
    def principals(self) -> dict[str, dict[str, Json]]:
        return dict(self.body.get("principals", {}))

    @property
    def says_hello(self) -> bool:
        """Some connection says hello: it is about more than the published protocol."""
        for step in self.steps:
            frame = step.get("send", {}).get("frame")
            if "hello" in step.get("open", {}):
                return True
            if isinstance(frame, dict) and frame.get("action") == "hello":
                return True
        return False

    def nonce(self, seed: str, copy: int) -> str:
        """Twelve letters that make this copy's names its own; the same for the same seed."""
        text = f"{seed}/{self.name}/{copy}"
        return hashlib.sha256(text.encode()).hexdigest()[:12]
