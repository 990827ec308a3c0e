"""White space as the contract means it: the Unicode White_Space property and nothing else."""

from __future__ import annotations

import re

# `str.strip()` and `str.split()` would also take U+001C to U+001F, which lack the property.
WHITE_SPACE = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
_RUN = re.compile(f"[{WHITE_SPACE}]+")


def trim(text: str) -> str:
    """The text without white space at either end (VALUE-019)."""
    return text.strip(WHITE_SPACE)


def collapse(text: str) -> str:
    """The trimmed text with every run of white space as one blank."""
    return _RUN.sub(" ", trim(text))
