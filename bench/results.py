"""The results file: a run as data. Tables and pictures are made of it and of nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import orjson
from pydantic import TypeAdapter

from bench.row import Row

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Taken:
    """When a case was measured, and how busy the machine was before and after (load average)."""

    date: str
    load: tuple[float, float]
    quick: bool = False


@dataclass(frozen=True, slots=True)
class Results:
    """What was measured on one machine with one set of versions; `taken` by case."""

    machine: Mapping[str, str]
    versions: Mapping[str, str]
    taken: Mapping[str, Taken]
    rows: Sequence[Row]
    format: int = FORMAT

    @property
    def quick(self) -> bool:
        """Whether any of it is not to be quoted."""
        return any(taken.quick for taken in self.taken.values())

    def with_case(self, case: str, taken: Taken, rows: Sequence[Row]) -> Results:
        """The same with a case measured anew, in its old place."""
        by_case = {name: [row for row in self.rows if row.case == name] for name in self.taken}
        by_case[case] = list(rows)
        every = [row for name in by_case for row in by_case[name]]
        return replace(self, taken={**self.taken, case: taken}, rows=every)

    def same_conditions(self, other: Results) -> bool:
        """Whether cases of both may stand in one table."""
        return (self.machine, self.versions) == (other.machine, other.versions)


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
