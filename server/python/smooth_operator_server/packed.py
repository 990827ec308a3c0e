"""Packed: rows of plain values as few bytes, for what is kept but seldom read."""

from __future__ import annotations

import pickle
import zlib
from typing import Any

HUGE = 262_144
"""Bytes beyond which compressing would hold up the event loop: they are kept as they are."""
WINDOW_BITS = -13
"""8 KiB, no header. With zlib's own 32 KiB, making the compressor is most of the work."""
MEMORY_LEVEL = 6


def pack(rows: list[tuple[Any, ...]]) -> bytes:
    """Pickled, not JSON: whatever a text or a tool's record holds, it comes back as it was."""
    plain = pickle.dumps(rows, pickle.HIGHEST_PROTOCOL)
    level = zlib.Z_BEST_SPEED if len(plain) <= HUGE else zlib.Z_NO_COMPRESSION
    packer = zlib.compressobj(level, zlib.DEFLATED, WINDOW_BITS, MEMORY_LEVEL)
    return packer.compress(plain) + packer.flush()


def unpack(packed: bytes) -> list[tuple[Any, ...]]:
    """The rows that `pack` was given; only ever bytes of this process."""
    rows: list[tuple[Any, ...]] = pickle.loads(zlib.decompress(packed, WINDOW_BITS))
    return rows
