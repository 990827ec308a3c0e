"""The result files of a run: results.json, junit.xml, summary.md."""

from __future__ import annotations

from pathlib import Path

from smooth_operator_evals.records import Run
from smooth_operator_evals.reporting import json_file, junit, markdown


def files(run: Run, folder: Path) -> list[Path]:
    """Write them into `folder`, made if need be; gives their paths. Raises `OSError`."""
    folder.mkdir(parents=True, exist_ok=True)
    contents = {
        "results.json": json_file.render(run),
        "junit.xml": junit.render(run),
        "summary.md": markdown.render(run),
    }
    for name, content in contents.items():
        # A lone surrogate, which a model can send, is written as its escape.
        (folder / name).write_bytes(content.encode("utf-8", "backslashreplace"))
    return [folder / name for name in contents]
