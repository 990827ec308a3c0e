"""Guesses the language of an answer by its small words; English and German, nothing finer."""

from __future__ import annotations

import re

_ENGLISH = (
    "the a an and or of to in on for with is are was be you your we our it this that not can from "
    "at by as have has will do does if when until"
)
_GERMAN = (
    "der die das den dem des ein eine einen einem einer und oder von zu zum zur im ins auf für mit "
    "ist sind war sie ihr ihre wir unser es dieser nicht können kann aus bei als haben hat wird "
    "wenn bis nach"
)
_SMALL_WORDS = {"en": frozenset(_ENGLISH.split()), "de": frozenset(_GERMAN.split())}
_WORD = re.compile(r"[^\W\d_]+")
LEAST = 2
"""Small words that a guess needs."""


def guess(text: str) -> str | None:
    """`en` or `de`; None when neither has enough small words, or both have as many."""
    words = [word.casefold() for word in _WORD.findall(text)]
    counts = {
        language: sum(word in small for word in words) for language, small in _SMALL_WORDS.items()
    }
    best = max(counts, key=lambda language: counts[language])
    others = [count for language, count in counts.items() if language != best]
    return best if counts[best] >= LEAST and counts[best] > max(others) else None
