"""What an interop run came to, as data: one file of it is the result, two texts are made of it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from interop.judged import Judgement
from interop.proxied import Proxied
from interop.reading import Reading
from interop.visit import Played

Json = Any


@dataclass(slots=True)
class Findings:
    """One run; what was not done stays empty."""

    versions: dict[str, str] = field(default_factory=dict)
    """Package and version by environment."""
    newer: dict[str, str] = field(default_factory=dict)
    """Newest version on the index by environment; empty text where it could not be told."""
    visits: dict[str, list[Played]] = field(default_factory=dict)
    readings: dict[str, Reading] = field(default_factory=dict)
    judgement: Judgement | None = None
    proxied: Proxied | None = None
    wrong: list[str] = field(default_factory=list)
    """Why the run fails, in sentences."""

    def write(self, folder: Path) -> None:
        """`interop.json` in the folder."""
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True)
        (folder / "interop.json").write_text(text + "\n", "utf-8")
