"""Claims to a principal: what a token must say, and how its role reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smooth_operator_server.auth.base import BadToken, Principal

LONGEST_TOKEN = 16_384
LAST_SECOND = 253_402_300_799
"""The end of the year 9999: no clock tells a later one, and none fits a `welcome`."""


def principal_of(claims: Any) -> Principal:
    """Raises `BadToken` without a subject, or without exactly one organisation."""
    if not isinstance(claims, Mapping):
        raise BadToken("the token holds no claims")
    organizations = {claims[key] for key in ("org", "org_id") if _text(claims.get(key))}
    if len(organizations) != 1:
        raise BadToken("the token names no organisation, or two")
    subject = _text(claims.get("sub"))
    if subject is None:
        raise BadToken("the token names no subject")
    groups = claims.get("groups")
    return Principal(
        organization_id=organizations.pop(),
        subject=subject,
        role=_role(claims.get("role")),
        name=_text(claims.get("name")),
        email=_text(claims.get("email")),
        groups=tuple(g for g in groups if isinstance(g, str)) if isinstance(groups, list) else (),
        expires_at=seconds(claims.get("exp")),
    )


def seconds(value: Any) -> float | None:
    """A moment in Unix seconds. Raises `BadToken` for anything else."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadToken("a time of the token is no number")
    if not -LAST_SECOND <= value <= LAST_SECOND:
        raise BadToken("a time of the token is no moment")
    return float(value)


def _role(value: Any) -> str:
    """An unknown role gives no right: it reads as the least one."""
    return value if value in ("admin", "curator") else "basic"


def _text(value: Any) -> str | None:
    """A text that is not blank; half a character, which no frame could carry, makes it none."""
    if not isinstance(value, str) or not value.strip():
        return None
    return None if any("\ud800" <= character <= "\udfff" for character in value) else value
