"""Rates: how fast one connection may send frames. Free of I/O."""

from __future__ import annotations


class FrameRate:
    """A bucket of `burst` frames that fills with `per_second`; times in seconds."""

    def __init__(self, per_second: float, burst: int, now: float) -> None:
        self._per_second = per_second
        self._burst = float(burst)
        self._left = float(burst)
        self._at = now

    def take(self, now: float) -> float:
        """0 when the frame may pass, else the seconds until the next one may."""
        self._left = min(self._burst, self._left + (now - self._at) * self._per_second)
        self._at = now
        if self._left >= 1:
            self._left -= 1
            return 0.0
        return (1 - self._left) / self._per_second
