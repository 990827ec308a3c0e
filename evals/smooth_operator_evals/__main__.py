"""The command `smooth-evals`, and `python -m smooth_operator_evals`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; without its extra, say what to install."""
    try:
        from smooth_operator_evals.cli import main as run
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("smooth_operator"):
            raise
        sys.exit(f"smooth-evals misses {error.name}: pip install 'smooth-operator-kit[evals]'")
    sys.exit(run())


if __name__ == "__main__":
    main()
