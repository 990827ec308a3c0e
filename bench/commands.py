"""Commands: what a process costs from its start to its end."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Sequence

from bench.link import Unserved
from bench.rounds import Measures


def once(command: Sequence[str]) -> Measures:
    """Milliseconds of processor time and elapsed. Raises `Unserved` if it fails."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise Unserved(f"{' '.join(command)} ended with {process.returncode}")
    cpu = usage.ru_utime + usage.ru_stime
    return {"cpu": cpu * 1e3, "elapsed": (time.perf_counter() - began) * 1e3}
