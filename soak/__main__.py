"""`python -m soak [--quick] [part ...]`: bounds that only many runs can show; exit 1 if broken."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Mapping

from soak import cuts, equal, growth, slow
from soak.verdict import Verdict

PARTS: Mapping[str, Callable[[bool], Awaitable[Verdict]]] = {
    "cuts": cuts.run,
    "equal": equal.run,
    "slow": slow.run,
    "growth": growth.run,
}
LONGEST = {True: 300.0, False: 1800.0}
"""Seconds after which a part is given up, quick or whole."""


async def _soak(parts: list[str], quick: bool) -> list[str]:
    """What was broken."""
    broken: list[str] = []
    for name in parts:
        began = time.monotonic()
        try:
            async with asyncio.timeout(LONGEST[quick]):
                broken += (await PARTS[name](quick)).broken
        except TimeoutError:
            broken.append(f"{name}: not done after {LONGEST[quick]:g} s")
        print(f"{name}: {time.monotonic() - began:.0f} s", flush=True)
    return broken


def main() -> int:
    """Run the parts one after the other."""
    parser = argparse.ArgumentParser(prog="soak", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few runs of each, in a minute")
    parser.add_argument("parts", nargs="*", metavar="part", help=", ".join(PARTS))
    given = parser.parse_args()
    unknown = set(given.parts) - set(PARTS)
    if unknown:
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    broken = asyncio.run(_soak(given.parts or list(PARTS), given.quick))
    for line in broken:
        print(f"BROKEN {line}", file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
