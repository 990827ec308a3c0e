"""The auth seam: who a connection is, and what tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Principal:
    """A verified identity. `expires_at` in Unix seconds; `dev_admin` is mode `none`'s everybody."""

    organization_id: str
    subject: str
    role: str = "basic"
    name: str | None = None
    email: str | None = None
    groups: tuple[str, ...] = ()
    expires_at: float | None = None
    dev_admin: bool = False


class BadToken(Exception):
    """The token does not prove an identity. The text never repeats the token."""


class AuthVerifier(Protocol):
    """Turns a token into a principal."""

    @property
    def scoped(self) -> bool:
        """Whether conversations have owners: false when the mode is unset or `none`."""
        ...

    def open_principal(self) -> Principal | None:
        """Who everybody is without a token: the dev admin in mode `none`, else nobody."""
        ...

    async def verify(self, token: str, *, peer: str) -> Principal:
        """Raises `BadToken`. `peer` is the socket's remote address (`trusted` checks it)."""
        ...

    async def close(self) -> None: ...
