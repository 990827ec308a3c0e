"""Addresses of a person: what counts as one, and its canonical form (wire facts §10.4)."""

from __future__ import annotations

import re

from smooth_operator_server.white_space import WHITE_SPACE, trim

_PUNCTUATION = str.maketrans("", "", " -.()")
_E164 = re.compile(r"\+[1-9][0-9]{7,14}")
_BARE_TEN = re.compile(r"[0-9]{10}")
_BARE_ELEVEN = re.compile(r"1[0-9]{10}")


def email(text: str) -> str | None:
    """The address with its domain in lower case, or None when it is none."""
    local, at, domain = trim(text).partition("@")
    labels = domain.split(".")
    if not (local and at) or "@" in domain or len(labels) < 2 or not all(labels):
        return None
    if any(character in WHITE_SPACE for character in local + domain):
        return None
    return f"{local}@{domain.lower()}"


def phone(text: str) -> str | None:
    """The number in E.164, or None when it is none; bare national ones are North American."""
    digits = trim(text).translate(_PUNCTUATION)
    if _BARE_TEN.fullmatch(digits):
        digits = f"+1{digits}"
    elif _BARE_ELEVEN.fullmatch(digits):
        digits = f"+{digits}"
    return digits if _E164.fullmatch(digits) else None
