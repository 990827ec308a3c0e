"""Message fixtures of earlier minor versions stay: what was readable once stays readable."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from smooth_operator_codegen.diff.change import Bump, Change


def compare_fixtures(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    """Valid fixtures by path; one may move, but what it holds may not vanish."""
    kept = list(after.values())
    for path, instance in sorted(before.items()):
        if after.get(path) != instance and instance not in kept:
            yield Change(Bump.MAJOR, path, "no fixture holds this message any more")
