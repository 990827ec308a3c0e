"""The contract's lexical tables in the form the tokenizer wants; built once, at import."""

from __future__ import annotations

from collections.abc import Iterable

from smooth_operator.protocol.lexical import DROP, FOLD, STOP_WORDS
from smooth_operator.protocol.lexical import GRAM as GRAM_RANGES
from smooth_operator.protocol.lexical import SEPARATOR as SEPARATOR_RANGES


def _character_class(ranges: Iterable[tuple[int, int]]) -> str:
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges)


FOLDED: dict[int, str | None] = {
    **FOLD,
    **{code: None for first, last in DROP for code in range(first, last + 1)},
}
"""For `str.translate`: what replaces a code point; None drops it."""

GRAM = _character_class(GRAM_RANGES)
"""Members of a character class: scripts without spaces. They come before the separators."""

SEPARATOR = _character_class(SEPARATOR_RANGES)

__all__ = ["FOLDED", "GRAM", "SEPARATOR", "STOP_WORDS"]
