"""Shelf: a log's events in order, the newest as objects, those of a quiet time packed.

An event as an object costs some 440 bytes, packed beside its like about 40. Numbers have no gap,
so an event is found by counting. Free of I/O.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from itertools import islice

from smooth_operator_server.events.event import LoggedEvent
from smooth_operator_server.packed import pack, unpack

LOOSE = 512
"""Events that stay objects while their conversation is busy, at least."""
BLOCK = 128
"""Events packed together, at most; fewer where they are large."""
WORTH = 16
"""Fewer are left as they are: most of a small block would be its own frame."""
BLOCK_BYTES = 65_536


class _Block:
    """Events from `first` on, packed. `at` is the oldest's age mark."""

    __slots__ = ("at", "count", "data", "first")

    def __init__(self, events: list[LoggedEvent]) -> None:
        self.first = events[0].seq
        self.at = events[0].at
        self.count = len(events)
        self.data = pack(
            [(e.type, e.turn, e.request_id, e.body, e.timestamp, e.at, e.token) for e in events]
        )

    def events(self) -> list[LoggedEvent]:
        """As they were."""
        return [
            LoggedEvent(self.first + place, *row) for place, row in enumerate(unpack(self.data))
        ]


class Shelf:
    """Events by number, from `first` up to, not with, `first + len`."""

    __slots__ = ("_blocks", "_loose", "_oldest", "_read", "_size", "first")

    def __init__(self) -> None:
        self.first = 1
        """The oldest's number; the next one's while there is none."""
        self._size = 0
        self._oldest: list[LoggedEvent] = []
        """A block that is being let go of, newest first."""
        self._blocks: list[_Block] = []
        self._loose: deque[LoggedEvent] | None = None
        """The newest. None when there are none: an empty deque holds 620 bytes."""
        self._read: tuple[int, list[LoggedEvent]] | None = None
        """The block that was read last, and its first number: readers go on in it."""

    def __len__(self) -> int:
        return self._size

    @property
    def oldest_at(self) -> float:
        """The age mark of the oldest; there has to be one."""
        if self._oldest:
            return self._oldest[-1].at
        if self._blocks:
            return self._blocks[0].at
        assert self._loose is not None
        return self._loose[0].at

    def append(self, event: LoggedEvent) -> None:
        """Put the next one behind the others."""
        if self._loose is None:
            self._loose = deque()
        self._loose.append(event)
        self._size += 1

    def drop_oldest(self) -> LoggedEvent:
        """Let go of the oldest, and say which it was."""
        if not self._oldest and self._blocks:
            self._oldest = self._blocks.pop(0).events()
            self._oldest.reverse()
        if self._oldest:
            event = self._oldest.pop()
        else:
            assert self._loose is not None
            event = self._loose.popleft()
            if not self._loose:
                self._loose = None
        self.first = event.seq + 1
        self._size -= 1
        return event

    def get(self, seq: int) -> LoggedEvent | None:
        """The event with that number, if held."""
        place = seq - self.first
        if not 0 <= place < self._size:
            return None
        if place < len(self._oldest):
            return self._oldest[-1 - place]
        from_end = self.first + self._size - seq
        if self._loose is not None and from_end <= len(self._loose):
            return self._loose[-from_end]
        return self._packed(seq)

    def _packed(self, seq: int) -> LoggedEvent:
        if self._read is None or not 0 <= seq - self._read[0] < len(self._read[1]):
            block = next(b for b in self._blocks if seq < b.first + b.count)
            self._read = (block.first, block.events())
        return self._read[1][seq - self._read[0]]

    def settle(self) -> None:
        """A busy time goes on: pack what is no longer among the newest."""
        if self._loose is not None and len(self._loose) >= LOOSE + BLOCK:
            self._pack(len(self._loose) - LOOSE)

    def rest(self) -> None:
        """A quiet time begins: pack everything."""
        self._read = None
        if self._loose is not None and len(self._loose) >= WORTH:
            self._pack(len(self._loose))

    def _pack(self, count: int) -> None:
        assert self._loose is not None
        self._blocks += _blocks(islice(self._loose, count))
        if count == len(self._loose):
            self._loose = None
            return
        for _ in range(count):
            self._loose.popleft()


def _blocks(events: Iterable[LoggedEvent]) -> list[_Block]:
    blocks: list[_Block] = []
    together: list[LoggedEvent] = []
    size = 0
    for event in events:
        if together and (len(together) == BLOCK or size + len(event.body) > BLOCK_BYTES):
            blocks.append(_Block(together))
            together, size = [], 0
        together.append(event)
        size += len(event.body)
    if together:
        blocks.append(_Block(together))
    return blocks
