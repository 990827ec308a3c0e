"""Writes the files that an exclusive scenario wants on disk: skill and knowledge folders."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

Json = Any


def write_files(folder: Path, files: Mapping[str, Json]) -> None:
    """Write `files` below `folder`: relative path to text, `{base64}` or `{link}`.

    A link's target is taken as it is, relative to the link. Raises ValueError for a path that
    would leave the folder.
    """
    for name, content in files.items():
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            raise ValueError(f"{name} lies outside the scenario's folder")
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, str):
            path.write_bytes(content.encode("utf-8"))
        elif "link" in content:
            path.symlink_to(content["link"])
        else:
            path.write_bytes(base64.b64decode(content["base64"], validate=True))
