"""The contract's lexical tables in the form the tokenizer wants; built once, at import."""

from __future__ import annotations

import json
from pathlib import Path

_raw = json.loads(
    (Path(__file__).parents[4] / "spec" / "lexical-tables.json").read_text(encoding="utf-8")
)


def _character_class(ranges: list[list[str]]) -> str:
    return "".join(f"\\U{int(first, 16):08x}-\\U{int(last, 16):08x}" for first, last in ranges)


FOLDED: dict[int, str | None] = {int(code, 16): text for code, text in _raw["fold"].items()}
"""For `str.translate`: what replaces a code point; None drops it."""

FOLDED.update(
    (code, None)
    for first, last in _raw["drop"]
    for code in range(int(first, 16), int(last, 16) + 1)
)

GRAM = _character_class(_raw["gram"])
"""Members of a character class: scripts without spaces. They come before the separators."""

SEPARATOR = _character_class(_raw["separator"])

STOP_WORDS = frozenset(_raw["stopWords"])
