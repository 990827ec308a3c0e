"""Null drivers: silent, ending at once, echoing its commands. None of them may earn a pass.

Run as `python -m smooth_operator_conformance.clients.nulls <kind>`.
"""

from __future__ import annotations

import sys


def main(kind: str) -> None:
    """Be that driver until standard input ends."""
    if kind == "exit":
        return
    for line in sys.stdin:
        if kind == "echo":
            sys.stdout.write(line)
            sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
