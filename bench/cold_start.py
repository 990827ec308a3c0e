"""Case `start`: from the command to the first `pong`."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from bench import ours
from bench.children import answering, free_port, running
from bench.conditions import Conditions
from bench.figures import median
from bench.gauges import cpu_seconds
from bench.knock import pongs
from bench.table import Row

STARTS = 9
FLOOR = "import aiohttp, starlette, uvicorn, pydantic"


@dataclass(slots=True)
class _Figures:
    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)

    def add(self, figures: tuple[float, float]) -> None:
        self.cpu.append(figures[0])
        self.wall.append(figures[1])


def run(conditions: Conditions) -> list[Row]:
    """Beside an interpreter that imports the libraries and does nothing, and beside the peer."""
    own, floor, theirs = _Figures(), _Figures(), _Figures()
    for _ in range(STARTS):
        port = free_port()
        own.add(_to_pong(ours.COMMAND, ours.environment(port), port))
        floor.add(_imports())
        if conditions.peer is not None:
            port = free_port()
            peer = conditions.peer
            theirs.add(_to_pong(peer.command, peer.environment(port), port))
    rows = _rows("libraries imported", own, floor)
    return rows + (_rows(conditions.peer.name, own, theirs) if conditions.peer else [])


def _rows(name: str, own: _Figures, other: _Figures) -> list[Row]:
    what = "start to first pong"
    return [
        Row(what, "ms CPU", median(own.cpu) * 1e3, name, median(other.cpu) * 1e3),
        Row(what, "ms elapsed, best", min(own.wall) * 1e3, name, min(other.wall) * 1e3),
    ]


def _to_pong(command: Sequence[str], env: dict[str, str], port: int) -> tuple[float, float]:
    began = time.perf_counter()
    with running(command, env) as process:
        answering(process, port, pongs)
        return cpu_seconds(process.pid), time.perf_counter() - began


def _imports() -> tuple[float, float]:
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-c", FLOOR])
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0
    return usage.ru_utime + usage.ru_stime, time.perf_counter() - began
