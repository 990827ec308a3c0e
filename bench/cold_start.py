"""Case `start`: from the command to the first `pong`."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable

from smooth_operator_conformance.servers.ports import free_port

from bench import commands
from bench.children import answering, running
from bench.conditions import Conditions
from bench.gauges import cpu_seconds
from bench.knock import pongs
from bench.rounds import Compared, Measures, interleaved
from bench.row import Row
from bench.servers import Recipe, recipes

STARTS = 9
FLOOR = "import aiohttp, starlette, uvicorn, pydantic"
LIBRARIES = "libraries imported"


def run(conditions: Conditions) -> list[Row]:
    """Beside an interpreter that imports the libraries and does nothing, and beside the peer."""
    subjects: dict[str, Callable[[], Measures]] = {
        name: _starter(recipe) for name, recipe in recipes(conditions, thin=False).items()
    }
    subjects[LIBRARIES] = lambda: commands.once([sys.executable, "-c", FLOOR])
    trials = interleaved(subjects, conditions.rounds(STARTS), lambda start: start())
    compared = Compared(trials, LIBRARIES, conditions)
    what = "start to first pong"
    return [
        compared.row("start/elapsed", what, "ms elapsed, best", "elapsed").of_best(),
        compared.row("start/cpu", what, "ms CPU", "cpu"),
    ]


def _starter(recipe: Recipe) -> Callable[[], Measures]:
    def start() -> Measures:
        port = free_port()
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            began = time.perf_counter()
            with running(recipe.command(port, ""), recipe.environment(port, ""), folder) as process:
                answering(process, port, pongs)
                cpu = cpu_seconds(process.pid)
                return {"cpu": cpu * 1e3, "elapsed": (time.perf_counter() - began) * 1e3}

    return start
