"""What a proxy leaves behind: the recording, its scenarios, its page, and the line that replays."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

from smooth_operator_conformance.proxy.journal import RECORDING
from smooth_operator_conformance.proxy.recording.scenario import Recorded, scenarios, write
from smooth_operator_conformance.proxy.server import Proxy
from smooth_operator_conformance.scenario.load import BadScenario


def write_all(proxy: Proxy, out: Path) -> Iterator[str]:
    """Write below `out`; a line for a person about each file."""
    yield f"{out / RECORDING}  every frame, as records"
    try:
        told = record(proxy)
    except BadScenario as error:
        # The recording is whole; only its retelling failed.
        yield f"no scenario could be made of it, which is a fault of this command: {error}"
        return
    for one, path in zip(told, write(told, out), strict=True):
        yield f"{path}  {one.body['description']}"
    if told:
        words = ["smooth-conformance", "run", "--corpus", str(out), "--target", "python"]
        yield f"Replay it:  {shlex.join(words)}"


def record(proxy: Proxy) -> list[Recorded]:
    """The scenarios of what a proxy saw; raises BadScenario."""
    shared = proxy.shared
    journal = shared.journal
    upstream = proxy.upstream_name
    return scenarios(journal.entries, proxy.violations, shared.opened, upstream, shared.contract)
