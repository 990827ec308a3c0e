"""The public API is what `api.txt` says; a change is made on purpose, with its command."""

from __future__ import annotations

import difflib
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def test_the_public_names_and_signatures_are_those_of_the_snapshot():
    found = subprocess.run(
        [sys.executable, str(HERE / "api.py")], capture_output=True, text=True, check=True
    ).stdout
    wanted = (HERE / "api.txt").read_text("utf-8")
    changes = "\n".join(difflib.unified_diff(wanted.split("\n"), found.split("\n"), lineterm=""))
    assert found == wanted, (
        f"the client's API changed:\n{changes}\nif that is meant: add it to CHANGELOG.md and run "
        "python clients/python/tests/api.py --write"
    )


def test_the_snapshot_holds_what_it_should():
    wanted = (HERE / "api.txt").read_text("utf-8")
    for line in (
        "def smooth_operator.connect(url: str, ",
        "class smooth_operator.Turn\n",
        "    async def confirm(self, approved: bool = True) -> None",
        "class smooth_operator.ServerError(SmoothOperatorError)",
        "    citations: tuple[Citation, ...]",
        "    data: EventualResponseData",
        "class smooth_operator.sync.Turn\n",
    ):
        assert line in wanted
