"""Law about secrets: no canary in any frame, HTTP answer, log line or request to somebody else.

The canaries of a trace are listed in its header's `bindings.canaries`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import orjson

from smooth_operator_conformance.laws.view import View
from smooth_operator_conformance.records import Finding, TraceEntry


def no_secret(view: View) -> Iterator[Finding]:
    """What came from the server holds none of the planted secrets."""
    canaries = [str(c) for c in view.header.bindings.get("canaries", ()) if len(str(c)) >= 8]
    needles = [(canary, canary.encode()) for canary in canaries]
    if not canaries:
        return
    for index, entry in enumerate(view.entries):
        if entry.direction != "in" or entry.value is None:
            continue
        text = _text(entry)
        for canary, needle in needles:
            if needle in text:
                message = f"a secret ({canary[:6]}…) appears on {entry.inbox}"
                yield view.finding("no-secret", message, index)


def _text(entry: TraceEntry) -> bytes:
    """The entry as text, without the headers that carry a secret where it belongs."""
    value = entry.value
    if isinstance(value, dict) and "$headers" in value:
        value = {key: inner for key, inner in value.items() if key != "$headers"}
    try:
        return orjson.dumps(value)
    except (TypeError, ValueError):
        # Lone surrogates, which a record may hold and UTF-8 may not.
        return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
