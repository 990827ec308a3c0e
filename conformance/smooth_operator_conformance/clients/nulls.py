"""Null drivers: silent, ending at once, echoing, claiming success. None of them may earn a pass.

Run as `python -m smooth_operator_conformance.clients.nulls <kind>`.
"""

from __future__ import annotations

import json
import sys


def main(kind: str) -> None:
    """Be that driver until standard input ends."""
    _say({"type": "state", "state": "ready"})
    if kind == "exit":
        return
    for line in sys.stdin:
        command = json.loads(line)
        if kind == "echo":
            _say(command)
        elif kind == "claims":
            _say({"type": "result", "id": command["id"], "value": {}})
            if command["type"] == "close":
                _say({"type": "exit"})
                return


def _say(output: object) -> None:
    sys.stdout.write(json.dumps(output) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
