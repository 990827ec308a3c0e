"""Logs: one JSON object per line, with the keys of decisions 2.7; never a token, key or message."""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime
from typing import Any

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
        line: dict[str, Any] = {
            "ts": iso_now(record.created),
            "level": record.levelname.lower(),
            "event": getattr(record, "event", record.name),
            "message": record.getMessage(),
        }
        line.update(getattr(record, "keys", {}))
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = self.formatException(record.exc_info)
        return orjson.dumps(line, default=str).decode()


def iso_now(seconds: float) -> str:
    """`YYYY-MM-DDTHH:MM:SS.mmmZ` of a Unix time in seconds."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def configure_logging(level: int = logging.INFO) -> None:
    """Send everything to standard error as JSON lines.

    uvicorn names request paths with their query at INFO: a token would be in them.
    """
    handler = logging.StreamHandler(sys.stderr)
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
    _log.log(level, "%s", message, exc_info=exc_info, extra={"event": event, "keys": named})
