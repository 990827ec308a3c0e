"""Case `token`: what a token event costs the server, from the model's delta to the bytes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bench.children import free_port, python, serving
from bench.conditions import Conditions
from bench.figures import median
from bench.gauges import cpu_seconds
from bench.link import Link
from bench.table import Row

TOKENS = 2000
ROUNDS = 9


def run(conditions: Conditions) -> list[Row]:
    """Together: all tokens ready at once. Apart: each in its own loop iteration and write."""
    rows = []
    for label, more in (("together", ()), ("one by one", ("--apart",))):
        floor = _cost("bench.writer", more, ())
        for name, capabilities in (("", ()), (", numbered", ("event_seq",))):
            cost = _cost("bench.ours", more, capabilities)
            what = f"token event, {label}{name}"
            rows.append(Row(what, "us CPU", cost * 1e6, "orjson + write", floor * 1e6))
            rows.append(
                Row(what, "events/s of a core", 1 / cost, "orjson + write", 1 / floor, "more")
            )
    return rows


def _cost(module: str, more: Sequence[str], capabilities: tuple[str, ...]) -> float:
    """Seconds of processor time per token, a turn's own share included."""
    port = free_port()
    with serving(python(module, str(port), str(TOKENS), *more), {}, port) as child:
        return asyncio.run(_drive(child.pid, child.port, capabilities))


async def _drive(pid: int, port: int, capabilities: tuple[str, ...]) -> float:
    link = await Link.open(port, capabilities=capabilities)
    await link.turn(0)
    costs = []
    for number in range(1, ROUNDS + 1):
        link.tokens = 0
        began = cpu_seconds(pid)
        await link.turn(number)
        spent = cpu_seconds(pid) - began
        costs.append(spent / TOKENS)
        if link.tokens != TOKENS:
            raise RuntimeError(f"{link.tokens} token events instead of {TOKENS}")
    link.close()
    return median(costs)
