"""The results file: a run as data. Tables and pictures are made of it and of nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson
from pydantic import TypeAdapter

from bench.row import Row

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Results:
    """A run: when, on what, and its rows. `load` is the machine's before and after."""

    date: str
    machine: Mapping[str, str]
    versions: Mapping[str, str]
    load: tuple[float, float]
    quick: bool
    rows: Sequence[Row]
    format: int = FORMAT


_RESULTS = TypeAdapter(Results)


def write(path: Path, results: Results) -> None:
    """As JSON that a person can read and a diff can show."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(orjson.dumps(asdict(results), option=orjson.OPT_INDENT_2) + b"\n")


def read(path: Path) -> Results:
    """Raises `ValueError` for a file that is no run of this format."""
    try:
        results = _RESULTS.validate_json(path.read_bytes())
    except ValueError as error:
        raise ValueError(f"{path}: not a results file of the benchmarks: {error}") from error
    if results.format != FORMAT:
        raise ValueError(f"{path}: format {results.format}, this reads {FORMAT}")
    return results
