"""Finds `spec/`, wherever the package lives, and reads its JSON files.

An installed wheel carries the contract as `_spec` beside this module; in a clone it is the folder
`spec` of the repository. `SMOOTH_CONFORMANCE_SPEC` names another one.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).resolve().parent


class SpecNotFound(Exception):
    """No contract: neither in the package nor in a repository around it."""


def find_spec() -> Path:
    """The folder of the contract."""
    named = os.environ.get("SMOOTH_CONFORMANCE_SPEC")
    places = [Path(named)] if named else [PACKAGE / "_spec", PACKAGE.parents[1] / "spec"]
    for place in places:
        if place.is_dir():
            return place
    raise SpecNotFound(f"no spec folder at {' or '.join(str(place) for place in places)}")


def find_targets() -> Path:
    """The folder of the target files."""
    shipped = PACKAGE / "_targets"
    return shipped if shipped.is_dir() else PACKAGE.parent / "targets"


def read_json(path: Path) -> Any:
    """One JSON file; the error names it."""
    try:
        return json.loads(path.read_text("utf-8"))
    except json.JSONDecodeError as error:
        raise ValueError(f"{path}: {error}") from error


def spec_version(root: Path) -> str:
    """`spec/VERSION`, or `unknown` in a contract without one."""
    path = root / "VERSION"
    return path.read_text("utf-8").strip() if path.is_file() else "unknown"
