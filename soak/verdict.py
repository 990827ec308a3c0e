"""The verdict: figures, their bounds, and whether one was broken."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Verdict:
    """One part's figures, printed as they come."""

    part: str
    broken: list[str] = field(default_factory=list)

    def figure(self, name: str, value: object) -> None:
        """Something worth knowing."""
        print(f"{self.part}: {name}: {value}", flush=True)

    def bound(self, name: str, value: float, most: float, unit: str = "") -> None:
        """A figure that may not be larger than that."""
        self._judge(name, value, value <= most, f"at most {most:g}{unit}", unit)

    def floor(self, name: str, value: float, least: float, unit: str = "") -> None:
        """A figure that may not be smaller than that."""
        self._judge(name, value, value >= least, f"at least {least:g}{unit}", unit)

    def _judge(self, name: str, value: float, good: bool, told: str, unit: str) -> None:
        word = "ok" if good else "BROKEN"
        print(f"{self.part}: {name}: {value:g}{unit} ({told}): {word}", flush=True)
        if not good:
            self.broken.append(f"{self.part}: {name}: {value:g}{unit}, {told}")
