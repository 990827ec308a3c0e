"""Case `profile`: where our server's processor time goes in a turn over the gateway."""

from __future__ import annotations

import json
import os
import signal
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import uvloop
from smooth_operator_conformance.servers.ports import free_port

from bench import gateway, load, ours
from bench.children import Child, python, serving
from bench.conditions import Conditions
from bench.link import Unserved
from bench.rounds import OURS, Compared, Measures, Trial, interleaved, nobody
from bench.row import Row

SHAPE = load.Shape(50, 12, 12)
TOKENS = (2, 21)
LEAST = 2.0
"""Per cent below which parts are put together."""
OTHERS = "everything else"
UNSEEN = "a black box"
PATIENCE = 30.0


def run(conditions: Conditions) -> list[Row]:
    """Per cent of the samples, by part of our server and library. Compared with nothing."""
    rows = []
    for tokens in TOKENS:

        def once(tokens: int) -> Measures:
            return _shares(_sampled(tokens))

        trial = interleaved({OURS: tokens}, 1, once)[OURS]
        compared = Compared({OURS: trial}, "", conditions, nobody(UNSEEN))
        rows += _rows(compared, trial, tokens)
    return rows


def _rows(compared: Compared, trial: Trial, tokens: int) -> list[Row]:
    """The largest part first; one row that says why where there is nothing."""
    parts = sorted(trial.samples, key=lambda name: -trial.samples[name][0])
    return [
        compared.row(f"profile/{tokens}/{name}", f"turn of {tokens} tokens: {name}", "% CPU", name)
        for name in parts or [OTHERS]
    ]


def _shares(met: Mapping[str, int]) -> Measures:
    whole = sum(met.values())
    shares = {name: count / whole * 100 for name, count in met.items()}
    large = {name: share for name, share in shares.items() if share >= LEAST}
    rest = 100 - sum(large.values())
    return {**large, OTHERS: rest} if rest > 0 else large


def _sampled(tokens: int) -> Mapping[str, int]:
    """The samples of a load of turns. Raises `Unserved`."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, gateway.running(tokens) as url:
        told, port = Path(folder) / "met.json", free_port()
        command = python("bench.sampled", str(told))
        with serving(command, ours.environment(port, url), port) as child:
            os.kill(child.pid, signal.SIGUSR1)
            uvloop.run(load.round_of(child, SHAPE, tokens))
            _stop(child, told)
        met: Mapping[str, int] = json.loads(told.read_text())
        return met


def _stop(child: Child, told: Path) -> None:
    """Let it drain and write what it met."""
    os.kill(child.pid, signal.SIGTERM)
    give_up = time.monotonic() + PATIENCE
    while not (told.exists() and told.stat().st_size):
        if time.monotonic() > give_up:
            raise Unserved("the sampled server did not end")
        time.sleep(0.05)
