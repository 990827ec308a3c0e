"""How an answer says that it has none: phrases of a negation and of what is not there.

A phrase list can be wrong both ways, so a question that expects a refusal also lists, under
`says_not`, what an invented answer would say.
"""

from __future__ import annotations

import re

_NOT = r"(?:\b(?:not|cannot|no|none|nothing|unable)|n['’]t)\b"
_THERE = (
    r"\b(?:know|find|found|says?|information|covers?|covered|contains?|contained|mentions?|mentioned"
    r"|answer|tell|documents?|sources?|passages?|about|states?|stated|help|available|listed|given"
    r"|include[sd]?|specif(?:y|ies|ied)|provide[sd]?|details?|sure|certain)\b"
)
_NICHT = r"\b(?:nicht|nichts|keine?[nmrs]?)\b"
_DA = (
    r"\b(?:wissen|weiß|sagen|sagt|finden?|gefunden|angaben?|informationen?|unterlagen|dokumente?n?"
    r"|darüber|dazu|beantworten|steht|stehen|erwähnt|enthalten|bekannt)\b"
)
_REFUSALS = tuple(
    re.compile(f"{first}[^.!?]{{0,80}}?{second}", re.IGNORECASE)
    for first, second in ((_NOT, _THERE), (_NICHT, _DA), (_DA, _NICHT))
)

_LABEL = re.compile(r"\A\s*\[[^\]\n]*\]")
"""What stands before an answer in brackets is about it, as the offline answerer's "no language
model", and no part of it."""


def refuses(text: str) -> bool:
    """Whether some sentence of it says that the answer is not known."""
    said = _LABEL.sub("", text)
    return any(refusal.search(said) for refusal in _REFUSALS)
