"""HTML to the Markdown that the chunker reads. A reading aid, not a browser."""

from __future__ import annotations

import re

_IGNORED = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|<(script|style|template|noscript)\b(?:[^>\"']|\"[^\"]*\"|'[^']*')*>"
    r".*?(?:</\1\s*>|\Z)",
    re.DOTALL | re.IGNORECASE,
)
_TAG = re.compile(
    r"<(/?)([a-z][a-z0-9:-]*)\b(?:[^>\"']|\"[^\"]*\"|'[^']*')*>|<[!?/][^>]*>", re.IGNORECASE
)
_ENTITY = re.compile(r"&(?:(amp|lt|gt|quot|apos|nbsp)|#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6}));")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'", "nbsp": "\u00a0"}
_BLOCKS = frozenset(
    {"p", "div", "section", "article", "header", "footer", "main", "nav", "aside", "form"}
    | {"ul", "ol", "li", "dl", "dt", "dd", "table", "tr", "pre", "blockquote", "hr"}
)
_HEADINGS = {f"h{level}": f"\n\n{'#' * level} " for level in range(1, 7)}


def markdown(html: str) -> str:
    """The text of a page: headings marked, blocks apart, every other tag gone."""
    text = _TAG.sub(_tag, _IGNORED.sub("", html))
    return _ENTITY.sub(_character, text)


def _tag(match: re.Match[str]) -> str:
    closing, name = match[1], (match[2] or "").lower()
    if name in _HEADINGS:
        return "\n\n" if closing else _HEADINGS[name]
    if name in _BLOCKS:
        return "\n\n"
    if name == "br":
        return "\n"
    return " " if name in ("td", "th") else ""


def _character(match: re.Match[str]) -> str:
    if match[1]:
        return _NAMED[match[1]]
    code = int(match[2]) if match[2] else int(match[3], 16)
    if code == 0 or code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        return "\ufffd"
    return chr(code)
