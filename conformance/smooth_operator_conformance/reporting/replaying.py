"""The one line that runs a red cell again, safe to paste into a shell."""

from __future__ import annotations

import shlex

from smooth_operator_conformance.records import CaseResult, TargetInfo


def command(case: CaseResult, target: TargetInfo | None = None) -> str:
    """`smooth-conformance replay SCENARIO --target T`, quoted where it must be; for clients
    `smooth-conformance clients --frames --only SCENARIO --target T`.

    `target` knows more where a name is not enough: a target file, a running server.
    """
    client = target is not None and target.kind == "client"
    verb = ["clients", "--frames", "--only"] if client else ["replay"]
    words = shlex.join(["smooth-conformance", *verb, case.label])
    if target is not None and target.asked:
        return f"{words} {target.asked}"
    return f"{words} {shlex.join(['--target', case.target])}"
