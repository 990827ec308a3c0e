"""Makes a report directory whole: every page beside the `results.jsonl` that it was made from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from smooth_operator_conformance.reporting import badge, html, junit, markdown
from smooth_operator_conformance.reporting.collector import Run, load

FORMATS: Mapping[str, Callable[[Run], str]] = {
    "junit.xml": junit.render,
    "summary.md": markdown.render,
    "index.html": html.render,
    "badge.json": badge.render,
}


def write_reports(folder: Path) -> Run:
    """Write every format into a directory that holds `results.jsonl`; returns what it read.

    Raises OSError or `record_io.BadRecord`.
    """
    run = load(folder)
    for name, render in FORMATS.items():
        # A lone surrogate in a frame must not cost the report.
        text = render(run).encode("utf-8", "replace").decode("utf-8")
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return run
