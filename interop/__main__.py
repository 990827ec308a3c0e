"""`python -m interop [part ...]`: published peers against ours; exit 1 if a peer was let down."""

from __future__ import annotations

import asyncio
import sys

from interop.environments import CLIENTS, NotMade, newest, prepare
from interop.visit import visit


def main() -> int:
    bad = 0
    for name in CLIENTS:
        try:
            published = prepare(name)
        except NotMade as error:
            print(error, file=sys.stderr)
            return 3
        print(published.title, newest(published))
        for played in asyncio.run(visit(published)):
            print(" ", played.outcome, played.act, played.detail)
            bad += played.outcome == "failed"
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
