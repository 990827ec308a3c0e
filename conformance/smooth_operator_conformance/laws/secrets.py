"""Law about secrets: no canary in any frame, HTTP answer, log line or request to somebody else.

The canaries of a trace are listed in its header's `bindings.canaries`. One has a home: the gateway
key may stand in the headers of model requests, a tool's header value in those of tool calls
(`bindings.homes`, by inbox kind), and nowhere else. Codes that were delivered are secrets, too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from smooth_operator_conformance.laws.view import View
from smooth_operator_conformance.records import Finding, TraceEntry

Json = Any


def no_secret(view: View) -> Iterator[Finding]:
    """What came from the server holds none of the planted secrets."""
    bindings = view.header.bindings
    canaries = [str(c) for c in bindings.get("canaries", ()) if len(str(c)) >= 8]
    homes = bindings.get("homes", {})
    for index, entry in enumerate(view.entries) if canaries else ():
        if entry.direction != "in" or entry.value is None:
            continue
        home = homes.get(entry.inbox.partition(":")[0])
        for canary in _shown(entry.value, canaries, home):
            message = f"a secret ({canary[:6]}…) appears on {entry.inbox}"
            yield view.finding("no-secret", message, index)


def no_code(view: View) -> Iterator[Finding]:
    """No frame holds a code that went to the delivery service."""
    codes = code_pattern(view.entries)
    for index, entry in enumerate(view.entries) if codes is not None else ():
        if entry.direction != "in" or entry.kind != "frame" or codes is None:
            continue
        if codes.search(_text(entry.value).decode("utf-8", "replace")):
            yield view.finding("no-code", f"a code appears on {entry.inbox}", index)


def code_pattern(entries: Iterable[TraceEntry]) -> re.Pattern[str] | None:
    """Finds any delivered code standing by itself: digits inside a number or an id are no code."""
    values = [e.value for e in entries if e.inbox == "otp" and isinstance(e.value, dict)]
    codes = {str(value.get("code", "")) for value in values}
    told = "|".join(re.escape(code) for code in sorted(codes) if len(code) >= 4)
    return re.compile(rf"(?<![\w.-])(?:{told})(?![\w-])") if told else None


def _shown(value: Json, canaries: list[str], home: str | None) -> Iterator[str]:
    """The canaries that a value shows; headers may hold the one that is at home there."""
    headers = b""
    if isinstance(value, dict) and "$headers" in value:
        headers = _text(value["$headers"])
        value = {key: inner for key, inner in value.items() if key != "$headers"}
    body = _text(value)
    for canary in canaries:
        needle = canary.encode()
        if needle in body or (canary != home and needle in headers):
            yield canary


def _text(value: Json) -> bytes:
    try:
        return orjson.dumps(value)
    except (TypeError, ValueError):
        # Lone surrogates, which a record may hold and UTF-8 may not.
        return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
