"""Titles: what a conversation is called in a list (decisions 2.5, 2.8)."""

from __future__ import annotations

from smooth_operator_server.white_space import collapse

TITLE_LENGTH = 60
UNTITLED = "Conversation"
_MARKUP = "#*>-_~` "
_QUOTES = "\"'“”‘’«»"


def title_of(text: str) -> str:
    """A title from a message's text; "" when nothing readable is left."""
    plain = collapse(text).lstrip(_MARKUP)
    return plain if len(plain) <= TITLE_LENGTH else plain[:TITLE_LENGTH] + "…"


def clean_title(text: str) -> str:
    """A title that a person typed: wrapping marks off, cut without a sign (wire facts §5.6)."""
    plain = collapse(text)
    return plain.strip(_QUOTES + "*`# ")[:TITLE_LENGTH].rstrip()
