"""How a finding reads: one line for tables, a block for details; the same in every format."""

from __future__ import annotations

import json
import unicodedata

from smooth_operator_conformance.records import Finding, Json

LONGEST = 4000
"""Characters of one JSON value in a report; a frame may be a megabyte."""


def value_text(value: Json, limit: int = LONGEST) -> str:
    """JSON on one line, cut in the middle of nowhere with a count of what is missing."""
    text = json.dumps(value, ensure_ascii=False, separators=(", ", ": "))
    return shorten(text, limit)


def shorten(text: str, limit: int) -> str:
    """A text of at most about `limit` characters that says how much it lost."""
    if len(text) <= limit:
        return text
    return f"{text[:limit]}… (+{len(text) - limit} characters)"


def printable(text: str) -> str:
    """Text that a terminal shows and does not obey: no control character, no lone surrogate."""
    return "".join(
        char if char == "\n" or unicodedata.category(char) not in ("Cc", "Cs") else "\ufffd"
        for char in text
    )


def headline(finding: Finding) -> str:
    """One line: kind, place, message, requirements."""
    place = f"step {finding.step}" if finding.step is not None else finding.inbox
    where = " ".join(part for part in (place, finding.path) if part)
    ids = f" [{', '.join(finding.requirements)}]" if finding.requirements else ""
    blame = "" if finding.blame == "server" else f" (blame: {finding.blame})"
    message = " ".join(finding.message.split())
    if message.startswith(("step ", "law ")):
        # The runner's own messages begin with the place.
        return f"{finding.kind}, {message}{ids}{blame}"
    return f"{finding.kind}{f' at {where}' if where else ''}: {message}{ids}{blame}"


def block(finding: Finding) -> str:
    """The headline, then expected and actual where the finding has them."""
    lines = [headline(finding)]
    if finding.expected is not None or finding.actual is not None:
        lines.append(f"  expected: {value_text(finding.expected)}")
        lines.append(f"  actual:   {value_text(finding.actual)}")
    return "\n".join(lines)
