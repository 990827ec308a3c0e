"""The command `smooth-conformance`, and `python -m smooth_operator_conformance`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; without its extra, say what to install."""
    try:
        from smooth_operator_conformance.cli import main as run
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("smooth_operator"):
            raise
        extra = "pip install 'smooth-operator-kit[conformance]'"
        sys.exit(f"smooth-conformance misses {error.name}: {extra}")
    sys.exit(run())


if __name__ == "__main__":
    main()
