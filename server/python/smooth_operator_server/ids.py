"""Ids: random UUIDs (version 4) as text. A turn needs several, and `uuid` makes objects of them."""

from __future__ import annotations

from os import urandom

_VARIANT = dict(zip("0123456789abcdef", "89ab" * 4, strict=True))
"""The digit that says which kind of UUID it is keeps two of its four random bits."""


def new_id() -> str:
    """As `str(uuid4())`, in half the time."""
    digits = urandom(16).hex()
    return (
        f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}"
        f"-{_VARIANT[digits[16]]}{digits[17:20]}-{digits[20:]}"
    )
