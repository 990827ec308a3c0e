"""Embedding: which page may show an agent, and whose word about its visitor counts."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import takewhile
from time import time
from typing import Any, Protocol
from urllib.parse import urlsplit

from smooth_operator.protocol import prompts
from smooth_operator.protocol.codes import ErrorCode

SKEW_SECONDS = 60


class Policy(Protocol):
    """An agent's `embed`, with the secret itself."""

    @property
    def allowed_origins(self) -> tuple[str, ...]: ...
    @property
    def secret(self) -> str | None: ...
    @property
    def single_use(self) -> bool: ...


class EmbedRefused(Exception):
    """`code` and `message` are the error to answer with."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(slots=True)
class SeenSignatures:
    """Signatures used once, kept for as long as their timestamp could still pass."""

    _used: dict[str, float] = field(default_factory=dict)

    def first_use(self, signature: str, now: float) -> bool:
        for old in list(takewhile(lambda key: self._used[key] < now, self._used)):
            del self._used[old]
        if signature in self._used:
            return False
        self._used[signature] = now + 2 * SKEW_SECONDS
        return True


_PROCESS = SeenSignatures()


def check_embed(
    policy: Policy | None,
    *,
    origin: str | None,
    auth_context: Any,
    seen: SeenSignatures = _PROCESS,
    clock: Callable[[], float] = time,
) -> str | None:
    """The signed user's id, or None without `authContext` (raw JSON, as the frame brought it).

    Raises `EmbedRefused`. Without a policy every origin may, but nobody's signature counts.
    """
    if policy is not None and not any(matches(entry, origin) for entry in policy.allowed_origins):
        raise EmbedRefused(ErrorCode.ORIGIN_NOT_ALLOWED, prompts.ERROR_ORIGIN_NOT_ALLOWED)
    if auth_context is None:
        return None
    user = _signed_user(auth_context, policy.secret, clock()) if policy and policy.secret else None
    if policy and policy.single_use and user is not None:
        user = user if seen.first_use(auth_context["signature"], clock()) else None
    if user is None:
        raise EmbedRefused(ErrorCode.AUTH_CONTEXT_INVALID, prompts.ERROR_AUTH_CONTEXT_INVALID)
    return user


def matches(pattern: str, origin: str | None) -> bool:
    """Exact, `*`, or `scheme://*.suffix`: at least one label, the same scheme and port."""
    if not origin:
        return False
    if pattern == "*":
        return True
    pattern, origin = pattern.lower(), origin.lower()
    if "://*." not in pattern:
        return pattern == origin
    scheme, _, suffix = pattern.partition("://*")
    if not origin.startswith(f"{scheme}://") or not origin.endswith(suffix):
        return False
    label = origin[len(scheme) + 3 : len(origin) - len(suffix)]
    return bool(label) and not label.startswith(".") and not set(label) & set("/:@?#*")


def is_pattern(text: str) -> bool:
    """Whether an allowlist entry can ever match: `*`, or an origin without a path."""
    if text == "*":
        return True
    scheme, separator, rest = text.partition("://")
    host = rest.removeprefix("*.")
    try:
        parts = urlsplit(f"{scheme}://{host}")
        plain = bool(parts.hostname) and parts.port != 0 and parts.netloc == host
    except ValueError:
        return False
    return bool(separator and scheme.isalnum()) and plain and not set(host) & set("*@ ")


def sign(secret: str, user_id: str, timestamp: int) -> str:
    """What the embedding site computes: HMAC-SHA256 over id, colon, Unix seconds, in hex."""
    text = f"{user_id}:{timestamp}".encode(errors="replace")
    return hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


def _signed_user(context: Any, secret: str, now: float) -> str | None:
    """Whom the signature vouches for; None when anything about it is wrong."""
    if not isinstance(context, Mapping):
        return None
    user, signature = context.get("userId"), context.get("signature")
    timestamp = context.get("timestamp")
    if not (isinstance(user, str) and user and isinstance(signature, str)):
        return None
    if isinstance(timestamp, bool) or not isinstance(timestamp, int | float):
        return None
    if not abs(now - timestamp) <= SKEW_SECONDS or timestamp != int(timestamp):
        return None
    expected = sign(secret, user, int(timestamp)).encode()
    return user if hmac.compare_digest(signature.encode(errors="replace"), expected) else None
