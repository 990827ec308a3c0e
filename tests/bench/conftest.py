"""Makes the benchmarks importable, which are no installed package, and gives tests rows."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from bench.results import Results, Taken  # noqa: E402
from bench.row import Reading, Row  # noqa: E402

MakeRow = Callable[..., Row]


@pytest.fixture(scope="session")
def row() -> MakeRow:
    """A row of `load/50/2/cpu`, or of another key and with other readings."""

    def make(key: str = "load/50/2/cpu", ours: float | Reading = 10.0, **given: object) -> Row:
        fields: dict[str, object] = {
            "what": f"what {key} is",
            "unit": "turns/s",
            "ours": ours if isinstance(ours, Reading) else Reading("ours", (ours,)),
            "floor": Reading("thinnest server", (20.0,)),
            "peer": Reading("published 9.9.9", (1.0,)),
            "better": "more",
            **given,
        }
        return Row(key, **fields)  # type: ignore[arg-type]

    return make


@pytest.fixture
def results() -> Callable[[Sequence[Row]], Results]:
    """A run that measured these rows."""

    def make(rows: Sequence[Row]) -> Results:
        machine = {"processor": "Fast & <Small>", "processors": "2", "memory": "4 GiB"}
        versions = {"python": "3.11.1", "aiohttp": "3.0", "published server": "9.9.9"}
        taken = {row.case: Taken("2026-01-02 03:04 UTC", (0.1, 0.2)) for row in rows}
        return Results({**machine, "system": "Linux 6"}, versions, taken, rows)

    return make
