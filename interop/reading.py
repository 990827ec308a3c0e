"""A published client's models read every frame of a corpus run: counts, and what they refuse."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from interop.environments import Published
from interop.frames import Sent

Json = Any
MODELS = Path(__file__).with_name("models.py")


class NotRead(Exception):
    """The models could not be asked; the message has their last words."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the models made of the frames."""

    frames: int
    types: dict[str, int]
    replies: dict[str, int]
    """Replies whose data was read too, by action."""
    refused: tuple[dict[str, str], ...]
    spoilt: int = 0
    """Frames of the same run that were spoilt on purpose, one of each type, and all refused."""

    @property
    def line(self) -> str:
        """The counts, for people."""
        replies = f"{sum(self.replies.values())} replies to {len(self.replies)} actions"
        head = f"{self.frames} frames, {len(self.types)} types, {replies}"
        check = f"{self.spoilt} spoilt on purpose, all of them refused"
        return f"{head}: {len(self.refused)} refused ({check})"


def read(published: Published, frames: Sequence[Sent]) -> Reading:
    """Hand the frames over, and spoilt ones to see that these are refused. Raises NotRead."""
    samples = spoil(frames)
    missed = {s.frame["type"] for s in samples} - {
        r["type"] for r in _ask(published, samples).refused
    }
    if missed:
        raise NotRead(f"{published.title} takes spoilt frames too: {', '.join(sorted(missed))}")
    return replace(_ask(published, frames), spoilt=len(samples))


def spoil(frames: Sequence[Sent]) -> list[Sent]:
    """The first frame of each type, with a key that no event has."""
    first: dict[str, Sent] = {}
    for sent in frames:
        if isinstance(sent.frame, dict):
            first.setdefault(str(sent.frame.get("type")), sent)
    return [replace(sent, frame={**sent.frame, "spoilt": True}) for sent in first.values()]


def _ask(published: Published, frames: Sequence[Sent]) -> Reading:
    """What the models say; no frame at all is no reading."""
    lines = [json.dumps({"case": s.case, "frame": s.frame, "action": s.action}) for s in frames]
    if not lines:
        raise NotRead("the run has no frame of a connection that declared nothing")
    command = [str(published.python), str(MODELS)]
    done = subprocess.run(command, input="\n".join(lines), capture_output=True, text=True)
    if done.returncode != 0:
        raise NotRead(f"{published.title}: {done.stderr.strip()[-500:]}")
    told = json.loads(done.stdout)
    if told["frames"] != len(lines):
        raise NotRead(f"{published.title} counted {told['frames']} of {len(lines)} frames")
    return Reading(told["frames"], told["types"], told["replies"], tuple(told["refused"]))
