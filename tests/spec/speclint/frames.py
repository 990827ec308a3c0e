"""Frames: every event and request is recognised by its own schema and by no other one's."""

from __future__ import annotations

from collections.abc import Iterator

from speclint.documents import Documents, Finding, Place


def check_frames(documents: Documents) -> Iterator[Finding]:
    events = [Place(path, "", each) for path, each in documents.schemas() if _is_event(path)]
    requests = [
        Place(path, "/$defs/Request", each["$defs"]["Request"])
        for path, each in documents.schemas()
        if path.startswith("actions/")
    ]
    yield from _apart(documents, events)
    yield from _apart(documents, requests)
    yield from _enveloped(documents, [*events, *requests])


def _is_event(path: str) -> bool:
    return path.startswith("events/")


def _apart(documents: Documents, frames: list[Place]) -> Iterator[Finding]:
    for judge in frames:
        validator = documents.validator(f"{judge.file}#{judge.pointer}")
        for other in frames:
            for example in other.schema.get("examples", []):
                if validator.is_valid(example) != (other is judge):
                    verb = "refuses its own" if other is judge else f"takes {other.file}'s"
                    yield judge.finding("frame", f"{verb} example {example!r}")


def _enveloped(documents: Documents, frames: list[Place]) -> Iterator[Finding]:
    if "envelope.schema.json" not in documents.by_path:
        return
    validator = documents.validator("envelope.schema.json")
    for frame in frames:
        for example in frame.schema.get("examples", []):
            if not validator.is_valid(example):
                yield frame.finding("frame", f"the envelope does not take {example!r}")
