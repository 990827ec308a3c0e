"""History: one conversation's messages in memory, the newest as objects, older ones packed.

A message as an object costs some 270 bytes beside its text, packed about 70. Turns read the newest
only; whoever pages further back, or searches, unpacks a block at a time.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from itertools import chain

from smooth_operator_server.storage.records import StoredMessage

BLOCK = 64
"""Messages that are packed together."""
LOOSE = 128
"""Newest messages that stay objects, at least: more than a turn's history ever takes by default."""


class History:
    """The messages of one conversation, oldest first."""

    __slots__ = ("_blocks", "_loose", "conversation_id", "replies")

    def __init__(self, conversation_id: str) -> None:
        self.conversation_id = conversation_id
        self.replies = 0
        """How many of them went out."""
        self._blocks: list[bytes] = []
        self._loose: list[StoredMessage] = []

    def __len__(self) -> int:
        return len(self._blocks) * BLOCK + len(self._loose)

    def append(self, message: StoredMessage) -> None:
        """Keep one more."""
        self._loose.append(message)
        self.replies += message.direction == "outbound"
        if len(self._loose) >= LOOSE + BLOCK:
            self._blocks.append(_packed(self._loose[:BLOCK]))
            del self._loose[:BLOCK]

    def slice(self, start: int, end: int) -> list[StoredMessage]:
        """Those from place `start` up to, not with, place `end`."""
        packed = len(self._blocks) * BLOCK
        start = max(0, start)
        if start >= packed:
            return self._loose[start - packed : max(0, end - packed)]
        first = start // BLOCK
        blocks = self._blocks[first : -(-min(end, packed) // BLOCK)]
        found = list(chain.from_iterable(map(self._unpacked, blocks)))
        found += self._loose[: max(0, end - packed)]
        return found[start - first * BLOCK : end - first * BLOCK]

    def place(self, message_id: str) -> int | None:
        """Where a message stands, looking from the newest."""
        for index in range(len(self._loose) - 1, -1, -1):
            if self._loose[index].id == message_id:
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
        yield from self._loose

    @property
    def newest(self) -> StoredMessage | None:
        """The last one."""
        return self._loose[-1] if self._loose else None

    def _unpacked(self, block: bytes) -> list[StoredMessage]:
        return [
            StoredMessage(row[0], self.conversation_id, row[1], row[2], row[3], row[4])
            for row in pickle.loads(block)
        ]


def _packed(messages: list[StoredMessage]) -> bytes:
    # Pickled, not JSON: whatever a text or a tool's record holds, it comes back as it was.
    return pickle.dumps(
        [(m.id, m.direction, m.text, m.created_at, m.tool_records) for m in messages],
        pickle.HIGHEST_PROTOCOL,
    )
