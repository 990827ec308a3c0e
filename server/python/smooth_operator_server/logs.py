"""Logs: one JSON object per line, with the keys of decisions 2.7; never a token, key or message."""

from __future__ import annotations

import logging
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from typing import TextIO

import orjson

_log = logging.getLogger("smooth_operator")

_KEYS = {
    "request_id": "requestId",
    "conversation_id": "conversationId",
    "session_id": "sessionId",
    "agent_id": "agentId",
}


class JsonLines(logging.Formatter):
    """Writes our own records and the libraries' in one shape."""

    def format(self, record: logging.LogRecord) -> str:
        keys: dict[str, object] = dict(getattr(record, "keys", {}))
        if record.exc_info and record.exc_info[0] is not None:
            keys["exception"] = self.formatException(record.exc_info)
        event = getattr(record, "event", record.name)
        return _line(record.created, record.levelno, event, record.getMessage(), keys)


class _Straight(logging.StreamHandler[TextIO]):
    """Takes our own lines without a record of each: that is most of what a line costs."""

    def alone(self) -> bool:
        """Whether nobody else wants to hear of a record: then none needs to be made."""
        return logging.root.handlers == [self] and not _log.handlers

    def write(self, level: int, event: str, message: str, keys: dict[str, object]) -> None:
        text = _line(time.time(), level, event, message, keys)
        with suppress(OSError, ValueError):  # nobody reads what is written any more
            self.stream.write(text + "\n")
            self.stream.flush()


_LEVELS = {number: name.lower() for name, number in logging.getLevelNamesMapping().items()}
_straight: _Straight | None = None


def _line(seconds: float, level: int, event: str, message: str, keys: dict[str, object]) -> str:
    line = {
        "ts": iso_now(seconds),
        "level": _LEVELS.get(level) or logging.getLevelName(level).lower(),
        "event": event,
        "message": message,
        **keys,
    }
    return orjson.dumps(line, default=str).decode()


def iso_now(seconds: float) -> str:
    """`YYYY-MM-DDTHH:MM:SS.mmmZ` of a Unix time in seconds."""
    whole = int(seconds)
    return f"{_second(whole)}.{int((seconds - whole) * 1000):03d}Z"


@lru_cache(maxsize=2)
def _second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()[:-6]


def configure_logging(level: int = logging.INFO) -> None:
    """Send everything to standard error as JSON lines.

    uvicorn names request paths with their query at INFO: a token would be in them.
    """
    global _straight
    handler = _straight = _Straight(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # No line names a source file, thread or process: not looking for them halves a line's cost.
    logging._srcfile = None
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "asyncio", "websockets"):
        logging.getLogger(name).setLevel(logging.WARNING)


def log(
    event: str,
    message: str,
    *,
    level: int = logging.INFO,
    exc_info: BaseException | None = None,
    **keys: object,
) -> None:
    """One line. Keyword names are snake_case here and camelCase in the line; None is left out."""
    if not _log.isEnabledFor(level):
        return
    named = {_KEYS.get(name, name): value for name, value in keys.items() if value is not None}
    if _straight is not None and exc_info is None and _straight.alone():
        _straight.write(level, event, message, named)
        return
    _log.log(level, "%s", message, exc_info=exc_info, extra={"event": event, "keys": named})
