"""The short form of a passage that a citation shows."""

from __future__ import annotations

import re

LONGEST_SNIPPET = 280
_BLANKS = re.compile(r"[ \t\n]+")


def snippet(body: str) -> str:
    """The body on one line; over 280 code points the first 279 and an ellipsis."""
    text = _BLANKS.sub(" ", body).strip(" ")
    return text if len(text) <= LONGEST_SNIPPET else f"{text[: LONGEST_SNIPPET - 1]}…"
