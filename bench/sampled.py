"""Our server as a process that samples itself: where its processor time goes, by part.

`python -m bench.sampled FILE` serves as `smooth-operator serve` does, samples from SIGUSR1 on, and
at its end, which SIGTERM asks for, writes how often each part was met.
"""

from __future__ import annotations

import json
import signal
import sys
from collections import Counter
from pathlib import Path
from types import FrameType

from smooth_operator_server import cli

EVERY = 0.001
"""Seconds of processor time between two samples."""
LOOP = "event loop and sockets"
OURS = "smooth_operator_server."
LIBRARIES = ("aiohttp", "httptools", "uvicorn", "websockets", "starlette", "smooth_operator")


def part(frame: FrameType | None) -> str:
    """What the innermost known module on a stack belongs to.

    Our server's rooms one by one; libraries as a whole. What the standard library and C code
    spend counts for whoever called them.
    """
    while frame is not None:
        name = frame.f_globals.get("__name__", "")
        if name.startswith(OURS):
            room = name.split(".")[1]
            if room not in ("process", "app", "cli"):
                return f"our {room}"
        if (library := name.partition(".")[0]) in LIBRARIES:
            return "our generated protocol" if library == "smooth_operator" else library
        frame = frame.f_back
    return LOOP


def main() -> None:
    met: Counter[str] = Counter()

    def sample(number: int, frame: FrameType | None) -> None:
        met[part(frame)] += 1

    def begin(number: int, frame: FrameType | None) -> None:
        signal.setitimer(signal.ITIMER_PROF, EVERY, EVERY)

    signal.signal(signal.SIGPROF, sample)
    signal.signal(signal.SIGUSR1, begin)
    cli.main(["serve"], standalone_mode=False)
    signal.setitimer(signal.ITIMER_PROF, 0)
    Path(sys.argv[1]).write_text(json.dumps(met))


if __name__ == "__main__":
    main()
