"""Text to tokens, to the letter of the lexical contract: fold, split, stop words, stem."""

from __future__ import annotations

import re
from functools import lru_cache

from smooth_operator_server.knowledge.tables import FOLDED, GRAM, SEPARATOR, STOP_WORDS

_RUN = re.compile(f"([{GRAM}]+)|([^{GRAM}{SEPARATOR}]+)")
_STEMMABLE = re.compile(r"[a-z]{4,}")
_VOWEL = re.compile(r"[aeiouy]")
_LONGEST_WORD = 64


def fold(text: str) -> str:
    """Case, accents and width gone; what is invisible dropped."""
    return text.translate(FOLDED)


def tokens(text: str) -> list[str]:
    """All tokens in order, repeated ones included."""
    found: list[str] = []
    for gram, word in _RUN.findall(text.translate(FOLDED)):
        if word:
            if token := _word(word):
                found.append(token)
        elif len(gram) == 1:
            found.append(gram)
        else:
            found += [gram[i : i + 2] for i in range(len(gram) - 1)]
    return found


@lru_cache(maxsize=65536)
def _word(run: str) -> str:
    """The token of a run of letters; empty for a stop word."""
    word = run[:_LONGEST_WORD]
    return "" if word in STOP_WORDS else stem(word)


def stem(word: str) -> str:
    """A light English stem; words of other letters stay as they are."""
    if not _STEMMABLE.fullmatch(word):
        return word
    word = _without_ending(_singular(word))
    if len(word) >= 4 and word[-1] == word[-2] and word[-1] not in "aeiou":
        word = word[:-1]
    if len(word) >= 4 and word[-1] == "e":
        word = word[:-1]
    return word


def _singular(word: str) -> str:
    if word.endswith("sses"):
        return word[:-2]
    if len(word) >= 5 and word.endswith(("ies", "ied")):
        return word[:-3] + "y"
    if word[-1] == "s" and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _without_ending(word: str) -> str:
    if word.endswith("ing"):
        rest = word[:-3]
    elif word.endswith("ed") and not word.endswith("eed"):
        rest = word[:-2]
    else:
        return word
    return rest if len(rest) >= 3 and _VOWEL.search(rest) else word
