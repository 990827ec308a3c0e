"""What a proxy leaves behind: the recording, its scenarios, its page, and the line that replays."""

from __future__ import annotations

import shlex
import time
from collections.abc import Iterator
from pathlib import Path

from smooth_operator_conformance.proxy.journal import RECORDING
from smooth_operator_conformance.proxy.page import render
from smooth_operator_conformance.proxy.recording.scenario import Recorded, scenarios, write
from smooth_operator_conformance.proxy.server import Proxy
from smooth_operator_conformance.scenario.load import BadScenario

PAGE = "index.html"


def write_all(proxy: Proxy, out: Path) -> Iterator[str]:
    """Write below `out`; a line for a person about each file."""
    yield f"{out / RECORDING}  every frame, as records"
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
    page = out / PAGE
    page.write_text(trace(proxy, replay), "utf-8")
    yield f"{page}  the timeline, for a browser"
    if replay:
        yield f"Replay it:  {replay}"


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
