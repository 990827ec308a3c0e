"""What the pauses between a client's attempts say: whether they grow, whether they are drawn.

Only bounds that a loaded machine cannot blur: a pause that is shorter than its ceiling was drawn
(a fixed one never ends early), and the longest of the late ones shows that they grew.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

SHORTER = 0.9
"""A drawn pause is shorter than this part of its ceiling now and then; a fixed one never is."""
EARLY = 3


def measure(pauses: Sequence[float], initial: float, maximum: float) -> dict[str, Any]:
    """Milliseconds before each attempt, against ceilings that double from `initial` to `maximum`:
    `{attempts, drawn, longestLate, pauses}`."""
    ceilings = [min(maximum, initial * 2**n) for n in range(len(pauses))]
    drawn = sum(pause < SHORTER * top for pause, top in zip(pauses, ceilings, strict=True))
    return {
        "attempts": len(pauses),
        "drawn": drawn,
        "longestLate": round(max(pauses[EARLY:], default=0.0), 1),
        "pauses": [round(pause, 1) for pause in pauses],
    }
