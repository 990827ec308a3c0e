"""History: one conversation's messages in memory, the newest as objects, older ones packed.

A message as an object costs some 270 bytes beside its text, packed about 70, compressed 35. Turns
read the newest only; whoever pages further back, or searches, unpacks a block at a time. A history
that rests is compressed whole, until something is appended.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from itertools import chain
from typing import Any

from smooth_operator_server.packed import pack, unpack
from smooth_operator_server.storage.records import StoredMessage

BLOCK = 64
"""Messages that are packed together."""
LOOSE = 128
"""Newest messages that stay objects, at least: more than a turn's history ever takes by default."""


class History:
    """The messages of one conversation, oldest first."""

    __slots__ = ("_blocks", "_loose", "_rest", "_size", "conversation_id", "replies", "updated_at")

    def __init__(self, conversation_id: str) -> None:
        self.conversation_id = conversation_id
        self.replies = 0
        """How many of them went out."""
        self.updated_at: int | None = None
        """When the newest was made, Unix milliseconds."""
        self._size = 0
        self._blocks: list[bytes] = []
        self._loose: list[StoredMessage] = []
        self._rest = b""
        """What `_loose` would hold, while the history rests."""

    def __len__(self) -> int:
        return self._size

    def rest(self) -> None:
        """Pack everything: nobody is talking any more."""
        if self._loose:
            self._rest, self._loose = pack(_rows(self._loose)), []

    def append(self, message: StoredMessage) -> None:
        """Keep one more."""
        if self._rest:
            self._loose, self._rest = self._messages(unpack(self._rest)), b""
        self._loose.append(message)
        self._size += 1
        self.updated_at = message.created_at
        self.replies += message.direction == "outbound"
        if len(self._loose) >= LOOSE + BLOCK:
            # Not compressed: `place` searches the bytes for an id.
            self._blocks.append(pickle.dumps(_rows(self._loose[:BLOCK]), pickle.HIGHEST_PROTOCOL))
            del self._loose[:BLOCK]

    def slice(self, start: int, end: int) -> list[StoredMessage]:
        """Those from place `start` up to, not with, place `end`."""
        packed, newest = len(self._blocks) * BLOCK, self._newest()
        start = max(0, start)
        if start >= packed:
            return newest[start - packed : max(0, end - packed)]
        first = start // BLOCK
        blocks = self._blocks[first : -(-min(end, packed) // BLOCK)]
        found = list(chain.from_iterable(map(self._unpacked, blocks)))
        found += newest[: max(0, end - packed)]
        return found[start - first * BLOCK : end - first * BLOCK]

    def place(self, message_id: str) -> int | None:
        """Where a message stands, looking from the newest."""
        newest = self._newest()
        for index in range(len(newest) - 1, -1, -1):
            if newest[index].id == message_id:
                return len(self._blocks) * BLOCK + index
        wanted = message_id.encode("utf-8", "surrogatepass")
        for number in range(len(self._blocks) - 1, -1, -1):
            if wanted not in self._blocks[number]:
                continue
            for index, message in enumerate(self._unpacked(self._blocks[number])):
                if message.id == message_id:
                    return number * BLOCK + index
        return None

    def __iter__(self) -> Iterator[StoredMessage]:
        for block in self._blocks:
            yield from self._unpacked(block)
        yield from self._newest()

    def _newest(self) -> list[StoredMessage]:
        """Those in no block; reading does not wake a history that rests."""
        return self._messages(unpack(self._rest)) if self._rest else self._loose

    def _unpacked(self, block: bytes) -> list[StoredMessage]:
        return self._messages(pickle.loads(block))

    def _messages(self, rows: list[tuple[Any, ...]]) -> list[StoredMessage]:
        return [
            StoredMessage(row[0], self.conversation_id, row[1], row[2], row[3], row[4])
            for row in rows
        ]


def _rows(messages: list[StoredMessage]) -> list[tuple[Any, ...]]:
    return [(m.id, m.direction, m.text, m.created_at, m.tool_records) for m in messages]
