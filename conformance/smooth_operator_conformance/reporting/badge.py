"""badge.json: the endpoint format that badge services read, from the totals alone."""

from __future__ import annotations

import json

from smooth_operator_conformance.reporting.aggregate import applicable, cells, failed, totals
from smooth_operator_conformance.reporting.collector import Run


def render(run: Run) -> str:
    """One JSON object; red as soon as one cell fails, grey when nothing ran."""
    counts = totals(run.cases)
    asked, _ = applicable(cells(run.cases))
    broken = failed(counts)
    unavailable = any(target.unavailable for target in run.start.targets)
    if not asked or run.end is None:
        message, color = ("incomplete" if counts.cells else "not run"), "lightgrey"
    elif broken:
        message, color = f"{broken} of {asked} failed", "red"
    elif unavailable:
        message, color = f"{asked} passed, a target is missing", "orange"
    else:
        message, color = f"{asked} of {asked}", "brightgreen"
    badge = {"schemaVersion": 1, "label": "conformance", "message": message, "color": color}
    return json.dumps(badge, indent=1) + "\n"
