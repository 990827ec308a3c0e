"""Everything that passed, in order, in the records of the runner: one list, one file.

The proxy stands where the client of a scenario stands, so that an entry's direction is the
client's: `out` is what the client sent, `in` is what came from the server.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from smooth_operator_conformance.record_io import RecordWriter
from smooth_operator_conformance.records import Direction, EntryKind, TraceEntry, TraceHeader

Json = Any
MOST = 100_000
"""Entries kept for scenario and page; the file beside them goes on."""
RECORDING = "recording.jsonl"


class Journal:
    """The entries of a proxy's life; with a folder they are written as they come."""

    def __init__(self, upstream: str, folder: Path | None = None) -> None:
        self.entries: list[TraceEntry] = []
        self.count = 0
        self.frames = 0
        self._begin = time.perf_counter()
        self._names = names()
        self._folder, self._upstream = folder, upstream
        self._writer: RecordWriter | None = None

    def name(self) -> str:
        """A name for the next connection."""
        return next(self._names)

    def add(
        self,
        inbox: str,
        direction: Direction,
        kind: EntryKind,
        value: Json,
        note: str = "",
        *,
        redacted: bool = False,
    ) -> int:
        """Something happened now; its index among all entries."""
        at = (time.perf_counter() - self._begin) * 1000
        entry = TraceEntry(round(at, 3), inbox, direction, kind, value, note, redacted=redacted)
        index = self.count
        self.count += 1
        self.frames += kind == "frame"
        if index < MOST:
            self.entries.append(entry)
        self._write(entry)
        return index

    def _write(self, entry: TraceEntry) -> None:
        if self._folder is None:
            return
        if self._writer is None:
            self._writer = RecordWriter(self._folder / RECORDING)
            self._writer.write(TraceHeader("proxy/recording", self._upstream))
        self._writer.write(entry)

    def close(self) -> None:
        """End the file."""
        if self._writer is not None:
            self._writer.close()


def names() -> Iterator[str]:
    """`a` … `z`, `a2` … `z2`, …: as scenarios name connections."""
    round_ = 1
    while True:
        for letter in "abcdefghijklmnopqrstuvwxyz":
            yield letter if round_ == 1 else f"{letter}{round_}"
        round_ += 1
