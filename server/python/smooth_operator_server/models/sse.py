"""Server-sent events from bytes: one pass, no I/O, only the `data` of each event."""

from __future__ import annotations

_MARK = b"\xef\xbb\xbf"


class SseReader:
    """Turns the pieces of one response body into the data of its events.

    Line ends are LF, CR or CRLF; several `data` lines of one event are joined by LF; comments
    and other fields are skipped; an event that the body ends within is dropped. Bytes are never
    decoded here, so a character may be split anywhere.
    """

    __slots__ = ("_after_cr", "_data", "_rest", "_started")

    def __init__(self) -> None:
        self._rest: list[bytes] = []
        """The pieces of an unfinished line."""
        self._data: list[bytes] = []
        """The data lines of the unfinished event."""
        self._after_cr = False
        """The last piece ended in CR: an LF that follows belongs to it."""
        self._started = False
        """Whether the place for a byte order mark is over."""

    def feed(self, piece: bytes) -> list[bytes]:
        """The data of every event that this piece finishes, in order."""
        fresh = not (self._rest or self._data or self._after_cr)
        if fresh and piece[:6] == b"data: " and piece[-2:] == b"\n\n" and b"\r" not in piece:
            # Nearly every piece is a few whole events of one line each: one cut does it.
            events = piece[6:-2].split(b"\n\ndata: ")
            if piece.count(b"\n") == 2 * len(events):
                self._started = True
                return events
        if self._after_cr and piece:
            self._after_cr = False
            piece = piece.removeprefix(b"\n")
        if not self._started:
            piece = self._skip_mark(piece)
        if b"\r" in piece:
            self._after_cr = piece[-1:] == b"\r"
            piece = piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        lines = piece.split(b"\n")
        if len(lines) == 1:
            self._rest.append(piece)
            return []
        if self._rest:
            self._rest.append(lines[0])
            lines[0] = b"".join(self._rest)
            self._rest.clear()
        if last := lines.pop():
            self._rest.append(last)
        return self._events(lines)

    def _skip_mark(self, piece: bytes) -> bytes:
        piece = b"".join((*self._rest, piece))
        self._rest.clear()
        if len(piece) < 3 and _MARK.startswith(piece):
            return piece  # too short to tell: it becomes the rest, and is asked again
        self._started = True
        return piece.removeprefix(_MARK)

    def _events(self, lines: list[bytes]) -> list[bytes]:
        events: list[bytes] = []
        data = self._data
        for line in lines:
            if line[:6] == b"data: ":
                data.append(line[6:])
            elif not line:
                if data:
                    events.append(data[0] if len(data) == 1 else b"\n".join(data))
                    data.clear()
            elif line[:5] == b"data:":
                data.append(line[5:])
            elif line == b"data":
                data.append(b"")
        return events
