"""What a proxy leaves behind: the recording, its scenarios, its page, and the line that replays."""

from __future__ import annotations

import json
import shlex
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from smooth_operator_conformance.proxy.journal import MOST, RECORDING
from smooth_operator_conformance.proxy.page import render
from smooth_operator_conformance.proxy.recording.scenario import Recorded, scenarios, write
from smooth_operator_conformance.proxy.server import Proxy
from smooth_operator_conformance.proxy.violations import Violation
from smooth_operator_conformance.scenario.load import BadScenario

Json = Any
PAGE = "index.html"
RESULT = "result.jsonl"


def write_all(proxy: Proxy, out: Path) -> list[str]:
    """Write below `out`, where something was seen; a line for a person about each file."""
    return list(_written(proxy, out)) if proxy.journal.count else []


def _written(proxy: Proxy, out: Path) -> Iterator[str]:
    yield f"{out / RECORDING}  every frame, as records"
    if proxy.journal.count > MOST:
        yield f"only its first {MOST:,} entries are in the scenarios and on the page"
    try:
        told = record(proxy)
    except BadScenario as error:
        # The recording is whole; only its retelling failed.
        yield f"no scenario could be made of it, which is a fault of this command: {error}"
        told = []
    for one, path in zip(told, write(told, out), strict=True):
        yield f"{path}  {one.body['description']}"
    words = ["smooth-conformance", "run", "--corpus", str(out), "--target", "python"]
    replay = shlex.join(words) if told else ""
    (out / RESULT).write_text(
        json.dumps(result(proxy.journal.frames, proxy.violations)) + "\n", "utf-8"
    )
    page = out / PAGE
    page.write_text(trace(proxy, replay), "utf-8")
    yield f"{page}  the timeline, for a browser"
    if replay:
        yield f"Replay it:  {replay}"


def result(frames: int, violations: Iterable[Violation]) -> dict[str, Json]:
    """The outcome for programs: `{frames, violations: {id: {side: count}}}`, what counts only."""
    counts: dict[str, dict[str, int]] = {}
    for found in violations:
        if found.binding:
            sides = counts.setdefault(found.requirement, {})
            sides[found.side] = sides.get(found.side, 0) + 1
    return {"frames": frames, "violations": dict(sorted(counts.items()))}


def trace(proxy: Proxy, replay: str) -> str:
    """The trace page of what a proxy saw."""
    title = f"{proxy.upstream_name}, {time.strftime('%Y-%m-%d %H:%M')}"
    entries = proxy.journal.entries
    return render(entries, proxy.violations, title=title, replay=replay)


def record(proxy: Proxy) -> list[Recorded]:
    """The scenarios of what a proxy saw; raises BadScenario."""
    shared = proxy.shared
    journal = shared.journal
    upstream = proxy.upstream_name
    return scenarios(journal.entries, proxy.violations, shared.opened, upstream, shared.contract)
