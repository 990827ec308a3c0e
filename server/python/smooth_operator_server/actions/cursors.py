"""Cursors: opaque, signed, and good for one principal, list and query only (decisions 2.5)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Sequence

import orjson

_MAC_BYTES = 16


class Cursors:
    """Issues and reads cursors; the key lives as long as the process."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def issue(self, position: Sequence[object], *binding: str | None) -> str:
        """A cursor for a position, bound to whoever and whatever `binding` names."""
        payload = orjson.dumps(position)
        return base64.urlsafe_b64encode(self._mac(payload, binding) + payload).decode().rstrip("=")

    def read(self, cursor: str, *binding: str | None) -> list[object] | None:
        """The position, or None when this server did not issue it for this `binding`."""
        try:
            data = base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True)
        except (binascii.Error, ValueError):
            return None
        mac, payload = data[:_MAC_BYTES], data[_MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(payload, binding)):
            return None
        position: list[object] = orjson.loads(payload)
        return position

    def _mac(self, payload: bytes, binding: Sequence[str | None]) -> bytes:
        signed = orjson.dumps([*binding]) + b"\0" + payload
        return hmac.digest(self._key, signed, hashlib.sha256)[:_MAC_BYTES]
