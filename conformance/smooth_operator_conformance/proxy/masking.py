"""Secrets that pass through: learned from handshakes and frames, never printed, never recorded.

A value is a secret where it stands (a token field, a code, a signature, a credential header), and
from then on wherever it appears again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, quote

from smooth_operator_conformance.proxy.head import Head

Json = Any
MASK = "***"
SHORTEST = 8
"""Shorter secrets are masked where they stand, but not searched for elsewhere."""
_HEADERS = ("authorization", "proxy-authorization", "cookie", "x-api-key")
_QUERY = re.compile(r"token|key|secret|password|auth|jwt|credential|sig", re.IGNORECASE)
_FIELDS = re.compile(r"(token|secret|password|signature|api_?key|authorization)$", re.IGNORECASE)
_BEARER = "bearer."


class Secrets:
    """What is known to be secret; `mask` hides it in any JSON value or text."""

    def __init__(self) -> None:
        self._values: set[str] = set()
        self._found: re.Pattern[str] | None = None

    @property
    def values(self) -> frozenset[str]:
        return frozenset(self._values)

    def learn(self, value: str) -> None:
        """One more secret; blank and short ones are not searched for."""
        new = {text for text in (value, quote(value, safe="")) if len(text) >= SHORTEST}
        if new - self._values:
            self._values |= new
            longest = sorted(self._values, key=len, reverse=True)
            self._found = re.compile("|".join(re.escape(text) for text in longest))

    def learn_head(self, head: Head) -> None:
        """Credentials of a request: headers, the bearer subprotocol, the query."""
        for value in _credentials(head):
            self.learn(value)

    def learn_query(self, query: str) -> None:
        """Credentials of a query string."""
        for value in _query_secrets(query):
            self.learn(value)

    def text(self, text: str) -> str:
        """A text without the known secrets."""
        return self._found.sub(MASK, text) if self._found is not None else text

    def shows(self, text: str) -> bool:
        """Whether a text holds a known secret."""
        return self._found is not None and self._found.search(text) is not None

    def mask(self, value: Json, *, request: bool) -> Json:
        """A frame without secrets; in a request (a frame of the client) fields are, too.

        An event's `token` is text of the answer and stays.
        """
        if request and isinstance(value, dict):
            self._learn_fields(value, value.get("action"))
            value = _hidden(value, value.get("action"))
        return self._scrubbed(value)

    def _learn_fields(self, value: Json, action: Json) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                if isinstance(inner, str) and is_secret_field(key, action):
                    self.learn(inner)
                else:
                    self._learn_fields(inner, action)
        elif isinstance(value, list):
            for inner in value:
                self._learn_fields(inner, action)

    def _scrubbed(self, value: Json) -> Json:
        if self._found is None:
            return value
        if isinstance(value, str):
            return self._found.sub(MASK, value)
        if isinstance(value, dict):
            return {self.text(key): self._scrubbed(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self._scrubbed(inner) for inner in value]
        return value


def _credentials(head: Head) -> Iterator[str]:
    for name in _HEADERS:
        for value in head.values(name):
            yield value
            if name == "cookie":
                yield from (part.partition("=")[2].strip() for part in value.split(";"))
            else:
                yield value.rpartition(" ")[2]
    for name in head.subprotocols:
        if name.startswith(_BEARER):
            yield name.removeprefix(_BEARER)
    yield from _query_secrets(head.target.partition("?")[2])


def _query_secrets(query: str) -> Iterator[str]:
    return (value for name, value in parse_qsl(query) if _QUERY.search(name))


def shown_target(target: str) -> str:
    """A request target for people: the path, and the names in its query without values."""
    path, _, query = target.partition("?")
    names = [f"{name}={MASK}" for name, _ in parse_qsl(query, keep_blank_values=True)]
    return f"{path}?{'&'.join(names)}" if names else path


def shown_subprotocols(names: list[str]) -> list[str]:
    """Subprotocols without the token that one of them may be."""
    return [_BEARER + MASK if name.startswith(_BEARER) else name for name in names]


def is_secret_field(key: str, action: Json) -> bool:
    """Whether a field of a request holds a secret by its name."""
    return bool(_FIELDS.search(key)) or (key == "code" and action == "verify_otp")


def _hidden(value: Json, action: Json) -> Json:
    if isinstance(value, dict):
        return {
            key: _masked(inner) if is_secret_field(key, action) else _hidden(inner, action)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [_hidden(inner, action) for inner in value]
    return value


def _masked(value: Json) -> Json:
    """Another value of the same JSON type, so that the schema still says what is wrong."""
    if isinstance(value, str):
        return MASK if value else ""
    if isinstance(value, bool) or value is None:
        return value
    return 0 if isinstance(value, int | float) else type(value)()
