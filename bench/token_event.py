"""Case `token`: what a token event costs the server, from the model's delta to the bytes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

from bench import gateway
from bench.children import Child, python
from bench.conditions import Conditions
from bench.gauges import cpu_seconds
from bench.link import Link
from bench.rounds import OURS, Compared, Measures, interleaved, nobody
from bench.row import Row
from bench.servers import ROOT, THIN, Recipe, recipes, together

TOKENS = 2000
OVER_GATEWAY = 1000
ROUNDS = 9
NUMBERED = "numbered"
WRITER = "orjson + write"
UNSEEN = "its model cannot be put inside it from outside"


@dataclass(frozen=True, slots=True)
class _Asked:
    """A server, and what its client declares."""

    child: Child
    capabilities: tuple[str, ...] = ()


def run(conditions: Conditions) -> list[Row]:
    """Together: all tokens ready at once. One by one: each in its own loop iteration and write."""
    rows = []
    for key, label, more in (("together", "together", ()), ("apart", "one by one", ("--apart",))):
        rows += _inside(key, label, more, conditions)
    return rows + _over_gateway(conditions)


def _inside(key: str, label: str, more: Sequence[str], conditions: Conditions) -> list[Row]:
    """With a model in the server's process that costs nothing."""
    modules = {OURS: "bench.ours", WRITER: "bench.writer"}
    servers = {name: _recipe(module, more) for name, module in modules.items()}
    with together(servers) as started:
        asked = {
            name: _Asked(child) if isinstance(child, Child) else child
            for name, child in started.items()
        }
        if isinstance(child := started[OURS], Child):
            asked[NUMBERED] = _Asked(child, ("event_seq",))
        trials = interleaved(
            asked, conditions.rounds(ROUNDS), lambda one: asyncio.run(_drive(one, TOKENS))
        )
    what, rows = f"token event, {label}", []
    for name, suffix in ((OURS, ""), (NUMBERED, ", numbered")):
        ours = trials.get(name, trials[OURS])
        compared = Compared({**trials, OURS: ours}, WRITER, conditions, nobody(UNSEEN))
        end = f"{key}{'/numbered' if suffix else ''}"
        rows += _rows(compared, f"token/{end}", what + suffix, "events/s of a core")
    return rows


def _over_gateway(conditions: Conditions) -> list[Row]:
    """The same, and reading it from the gateway: here the published server can be asked, too."""
    with (
        gateway.running(OVER_GATEWAY) as url,
        together(recipes(conditions), url) as servers,
    ):
        trials = interleaved(
            servers,
            conditions.rounds(ROUNDS),
            lambda child: asyncio.run(_drive(_Asked(child), OVER_GATEWAY)),
        )
    compared = Compared(trials, THIN, conditions)
    what = f"token event over the gateway, {OVER_GATEWAY:,} a turn"
    rows = _rows(compared, "token/gateway", what, "events/s of server CPU")
    rate = compared.row("token/gateway/elapsed", what, "events/s elapsed", "elapsed", "more")
    return [*rows, rate]


def _rows(compared: Compared, key: str, what: str, rate: str) -> list[Row]:
    return [
        compared.row(f"{key}/cpu", what, "µs CPU", "cost"),
        compared.row(f"{key}/rate", what, rate, "rate", "more"),
    ]


def _recipe(module: str, more: Sequence[str]) -> Recipe:
    return Recipe(
        lambda port, url: python(module, str(port), str(TOKENS), *more),
        lambda port, url: {"PYTHONPATH": str(ROOT)},
    )


async def _drive(asked: _Asked, tokens: int) -> Measures:
    """One turn after one that warms up; a turn's own share is included."""
    child = asked.child
    link = await Link.open(child.port, capabilities=asked.capabilities)
    await link.turn(0, tokens)
    cpu, wall = cpu_seconds(child.pid), time.perf_counter()
    await link.turn(1, tokens)
    cpu, wall = cpu_seconds(child.pid) - cpu, time.perf_counter() - wall
    link.close()
    return {"cost": cpu / tokens * 1e6, "rate": tokens / cpu, "elapsed": tokens / wall}
