"""How an answer says that it has none: phrases of a negation and of what is not there.

A phrase list can be wrong both ways, so a question that expects a refusal also lists, under
`says_not`, what an invented answer would say.
"""

from __future__ import annotations

import re

_NOT = (
    "do(?:es)? not|did not|don['’]t|doesn['’]t|didn['’]t|cannot|can not|can['’]t|could not"
    "|couldn['’]t|is not|isn['’]t|are not|aren['’]t|was not|wasn['’]t|no|none|nothing|not able"
    "|unable"
)
_THERE = (
    "know|find|found|says?|information|covers?|covered|contains?|contained|mentions?|mentioned"
    "|answer|tell|documents?|sources?|passages?|about|states?|stated|help|available|listed"
    "|include[sd]?|specif(?:y|ies|ied)|provided?"
)
_NICHT = "nicht|nichts|keine?[nmrs]?"
_DA = (
    "wissen|weiß|sagen|sagt|finden?|gefunden|angaben?|informationen?|unterlagen|dokumente?n?"
    "|darüber|dazu|beantworten|steht|stehen|erwähnt|enthalten"
)
_REFUSALS = tuple(
    re.compile(rf"\b(?:{first})\b[^.!?]{{0,80}}\b(?:{second})\b", re.IGNORECASE)
    for first, second in ((_NOT, _THERE), (_NICHT, _DA), (_DA, _NICHT))
)


def refuses(text: str) -> bool:
    """Whether some sentence of it says that the answer is not known."""
    return any(refusal.search(text) for refusal in _REFUSALS)
