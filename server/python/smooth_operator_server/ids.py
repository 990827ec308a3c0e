"""Ids: random UUIDs (version 4) as text. A turn needs several, and `uuid` makes objects of them."""

from __future__ import annotations

import os

_VARIANT = dict(zip("0123456789abcdef", "89ab" * 4, strict=True))
"""The digit that says which kind of UUID it is keeps two of its four random bits."""
AT_ONCE = 256
"""Ids whose randomness is asked of the system together: a call for each costs more than the id."""


class _Random:
    """Hexadecimal digits from the system, 32 at a time."""

    __slots__ = ("_digits", "_place")

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Ask anew: a forked process would make its parent's ids."""
        self._digits, self._place = "", 0

    def next(self) -> str:
        place = self._place
        if place == len(self._digits):
            self._digits, place = os.urandom(16 * AT_ONCE).hex(), 0
        self._place = place + 32
        return self._digits[place : place + 32]


_random = _Random()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_random.forget)


def new_id() -> str:
    """As `str(uuid4())`, in a fraction of the time."""
    digits = _random.next()
    return (
        f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}"
        f"-{_VARIANT[digits[16]]}{digits[17:20]}-{digits[20:]}"
    )
