"""Runs the emitters, and compares or replaces what stands in the generated folders."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from smooth_operator_codegen.emit.python import FOLDER as PYTHON
from smooth_operator_codegen.emit.python import emit_python, emit_python_models
from smooth_operator_codegen.emit.reference import FOLDER as REFERENCE
from smooth_operator_codegen.emit.reference import emit_reference
from smooth_operator_codegen.ir import Contract

# These folders belong to the generator: any other file in them is drift.
FOLDERS = (PYTHON, REFERENCE)


@dataclass(frozen=True, slots=True)
class Generated:
    """`files` maps a path from the repository's root to its text; times are in seconds."""

    files: Mapping[str, str]
    ours: float
    models: float


def generate(contract: Contract) -> Generated:
    """Everything that the contract turns into, in memory."""
    start = time.perf_counter()
    files = emit_python(contract) | emit_reference(contract)
    between = time.perf_counter()
    files |= emit_python_models(contract)
    end = time.perf_counter()
    return Generated(dict(sorted(files.items())), between - start, end - between)


def drift(root: Path, files: Mapping[str, str]) -> list[str]:
    """What differs on disk, one line each: changed, missing and extra files."""
    found = []
    for path, text in files.items():
        target = root / path
        if not target.is_file():
            found.append(f"missing: {path}")
        elif target.read_bytes() != text.encode():
            found.append(f"changed: {path}")
    return found + [f"extra: {path}" for path in _extra(root, files)]


def write(root: Path, files: Mapping[str, str]) -> list[str]:
    """Make the disk agree; returns what was done, one line each."""
    done = drift(root, files)
    for path in _extra(root, files):
        (root / path).unlink()
    for path, text in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.is_file() or target.read_bytes() != text.encode():
            target.write_bytes(text.encode())
    return done


def _extra(root: Path, files: Mapping[str, str]) -> list[str]:
    present = [
        path.relative_to(root)
        for folder in FOLDERS
        for path in sorted((root / folder).rglob("*"))
        if path.is_file()
    ]
    return [
        path.as_posix()
        for path in present
        if path.as_posix() not in files and not any(map(_is_cache, path.parts))
    ]


def _is_cache(part: str) -> bool:
    return part == "__pycache__" or part.startswith(".")
