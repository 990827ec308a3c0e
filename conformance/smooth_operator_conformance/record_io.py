"""Records to lines and back: the only code that knows how the stream lies on disk.

Reading ignores keys that a record does not know and refuses what is no record at all, naming the
line. Writing leaves defaults out and flushes each line, so that an aborted run can still be read.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from smooth_operator_conformance.records import (
    CaseResult,
    Json,
    MutantResult,
    MutantTotals,
    Record,
    RequirementTotals,
    RunEnd,
    RunStart,
    TraceEntry,
    TraceHeader,
)

_CLASSES: tuple[type[Record], ...] = (
    RunStart,
    CaseResult,
    MutantResult,
    MutantTotals,
    RequirementTotals,
    RunEnd,
    TraceHeader,
    TraceEntry,
)
_BY_NAME: Mapping[str, type[Record]] = {cls.RECORD: cls for cls in _CLASSES}


class BadRecord(ValueError):
    """A line that is no record; the message says which line and why."""


def to_json(record: Record) -> dict[str, Json]:
    """A record as plain JSON, `record` first, values that equal their default left out."""
    return {"record": record.RECORD, **_plain(record)}


def _plain(value: Any) -> dict[str, Json]:
    out: dict[str, Json] = {}
    for item in dataclasses.fields(value):
        content = getattr(value, item.name)
        if _is_default(item, content):
            continue
        if dataclasses.is_dataclass(content):
            content = _plain(content)
        elif "item" in item.metadata:
            content = [_plain(part) for part in content]
        elif isinstance(content, Mapping):
            content = dict(content)
        out[item.name] = content
    return out


def _is_default(item: dataclasses.Field[Any], content: object) -> bool:
    if item.default is not dataclasses.MISSING:
        # `==` would call True a default of 1, and 0.0 one of False.
        return type(content) is type(item.default) and content == item.default
    if item.default_factory is not dataclasses.MISSING:
        return bool(content == item.default_factory())
    return False


def from_json(data: Mapping[str, Json]) -> Record:
    """The record a JSON object stands for; raises BadRecord."""
    name = data.get("record")
    cls = _BY_NAME.get(name) if isinstance(name, str) else None
    if cls is None:
        raise BadRecord(f"no record is called {name!r}")
    try:
        return _build(cls, data)
    except (TypeError, AttributeError) as error:
        raise BadRecord(f"{name}: {error}") from error


T = TypeVar("T")


def _build(cls: type[T], data: Mapping[str, Json]) -> T:
    values: dict[str, Any] = {}
    for item in dataclasses.fields(cls):  # type: ignore[arg-type]  # every caller passes a dataclass
        if item.name not in data:
            continue
        content = data[item.name]
        if "item" in item.metadata:
            content = tuple(_build(item.metadata["item"], part) for part in content)
        elif "single" in item.metadata:
            content = _build(item.metadata["single"], content)
        elif isinstance(content, list) and item.default == ():
            content = tuple(content)
        values[item.name] = content
    return cls(**values)


def dumps(record: Record) -> str:
    """One line without its newline; never holds a raw line break, lone surrogates survive."""
    return json.dumps(to_json(record), ensure_ascii=True, separators=(",", ":"))


def loads(line: str) -> Record:
    """The record on a line; raises BadRecord."""
    try:
        data = json.loads(line)
    except ValueError as error:
        raise BadRecord(f"not JSON: {error}") from error
    if not isinstance(data, dict):
        raise BadRecord("a record is an object")
    return from_json(data)


class RecordWriter:
    """Appends records to a file and flushes each, so that an aborted run can still be read."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("w", encoding="ascii", newline="\n")

    def write(self, record: Record) -> None:
        """Write one record."""
        self._file.write(dumps(record) + "\n")
        self._file.flush()

    def close(self) -> None:
        """Close the file; a second close is harmless."""
        self._file.close()

    def __enter__(self) -> RecordWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def read_records(path: Path) -> Iterator[Record]:
    """Every record of a stream, in order; raises BadRecord with the line's number."""
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                yield loads(line)
            except BadRecord as error:
                raise BadRecord(f"{path.name}:{number}: {error}") from error


def trace_name(scenario: str, case: str, target: str) -> str:
    """The path of a trace below the report directory."""
    label = f"{scenario}--{case}" if case else scenario
    return f"traces/{_safe(label)}@{_safe(target)}.jsonl"


def _safe(text: str) -> str:
    """A file name that every system accepts; slashes become `__` as in the corpus' sketches."""
    text = text.replace("/", "__")
    return "".join(
        char if char.isascii() and (char.isalnum() or char in "-_.") else "-" for char in text
    )


def write_trace(
    report: Path,
    header: TraceHeader,
    entries: Iterable[TraceEntry],
) -> str:
    """Write one trace below the report directory and return its reference for `CaseResult`."""
    name = trace_name(header.scenario, header.case, header.target)
    with RecordWriter(report / name) as out:
        out.write(header)
        for entry in entries:
            out.write(entry)
    return name


def read_trace(path: Path) -> tuple[TraceHeader, Sequence[TraceEntry]]:
    """Header and entries of a trace file; raises BadRecord."""
    records = read_records(path)
    header = next(records, None)
    if not isinstance(header, TraceHeader):
        raise BadRecord(f"{path.name}: a trace begins with its header")
    entries: list[TraceEntry] = []
    for record in records:
        if not isinstance(record, TraceEntry):
            raise BadRecord(f"{path.name}: a trace holds entries only")
        entries.append(record)
    return header, entries
