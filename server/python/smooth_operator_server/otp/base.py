"""The OTP seam: carrying a one-time code to a person."""

from __future__ import annotations

from typing import Protocol


class OtpNotSent(Exception):
    """The code could not be delivered."""


class OtpService(Protocol):
    """Delivers a code. Gives up after 10 s (decisions 4.4); the code is never logged."""

    async def send(self, *, session_id: str, channel: str, destination: str, code: str) -> None:
        """`channel` is `email` or `sms`. Raises `OtpNotSent`."""
        ...

    async def close(self) -> None: ...
