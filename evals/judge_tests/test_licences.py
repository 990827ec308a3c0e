"""What the extra `evals` brings along is listed, with licences; the rest `tests/product` sees."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_what_the_extra_brings_is_listed() -> None:
    script = str(ROOT / "tests/product/licences.py")
    said = subprocess.run([sys.executable, script, "evals"], capture_output=True, check=True)
    wanted = said.stdout.decode()
    assert "| deepeval | " in wanted
    assert (ROOT / "THIRD_PARTY_LICENSES.md").read_text("utf-8") == wanted, (
        "run python tests/product/licences.py --write evals, in .nox/evals"
    )
