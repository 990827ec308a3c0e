"""The corpus on disk: every scenario of a folder, and which of them a run selects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path

from smooth_operator_conformance.scenario.load import load_scenario
from smooth_operator_conformance.scenario.model import Scenario
from smooth_operator_conformance.spec import find_spec


def corpus_dir(given: Path | None = None) -> Path:
    """The folder of the scenarios: the given one, or the contract's."""
    return given or find_spec() / "conformance" / "scenarios"


def scenario_paths(root: Path) -> Iterator[tuple[str, Path]]:
    """`area/slug` and file of every scenario, in order."""
    for path in sorted(root.rglob("*.json")):
        yield path.relative_to(root).with_suffix("").as_posix(), path


def load_corpus(root: Path, only: Sequence[str] = ()) -> list[Scenario]:
    """The scenarios whose name fits one of the globs (all without any); raises BadScenario."""
    return [load_scenario(path, name) for name, path in scenario_paths(root) if wanted(name, only)]


def wanted(name: str, only: Sequence[str]) -> bool:
    """Whether a name is selected."""
    return not only or any(fnmatch(name, glob) or name == glob for glob in only)
