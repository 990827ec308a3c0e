"""The one line that runs a red cell again, safe to paste into a shell."""

from __future__ import annotations

import shlex

from smooth_operator_conformance.records import CaseResult


def command(case: CaseResult) -> str:
    """`smooth-conformance replay SCENARIO --target T`, quoted where it must be."""
    words = ["smooth-conformance", "replay", case.label, "--target", case.target]
    return shlex.join(words)
