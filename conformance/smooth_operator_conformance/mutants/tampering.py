"""Live operators: what really leaves when the runner's client sends a frame.

Built for the player's `Tamper` hook: connection name and frame in, frames out. One instance serves
one case, and commits its fault once, on the first frame that it fits, so that the rest of the case
goes on as written.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Json = Any


@dataclass
class Tampering:
    """The fault `req-drop:…`, `req-double:…` or `req-drop-field:….…`, committed once."""

    mutant: str
    done: bool = False
    """Whether a frame fitted; a case without one says nothing about this mutant."""

    def __call__(self, connection: str, frame: Json) -> list[Json]:
        """The frames that leave instead of `frame`."""
        verb, _, subject = self.mutant.partition(":")
        action, _, field = subject.partition(".")
        if self.done or not isinstance(frame, dict) or not _fits(frame, action, field):
            return [frame]
        self.done = True
        if verb == "req-drop-field":
            return [{key: value for key, value in frame.items() if key != field}]
        return [] if verb == "req-drop" else [frame, frame]


def sends(steps: list[Json], mutant: str) -> bool:
    """Whether a case might send a frame that the mutant fits, as far as its text shows."""
    _, _, subject = mutant.partition(":")
    action, _, field = subject.partition(".")
    for step in steps:
        frame = step.get("send", {}).get("frame") if isinstance(step, dict) else None
        if isinstance(frame, dict) and _fits(frame, action, field):
            return True
        # A whole frame from the case table is only known when it runs.
        if isinstance(frame, str):
            return True
    return action == "hello" and any("hello" in step.get("open", {}) for step in steps)


def _fits(frame: dict[str, Json], action: str, field: str) -> bool:
    return frame.get("action") == action and (not field or field in frame)
