"""The files of `spec/` that the generator reads, from the working tree or from a git revision."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import tarfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from smooth_operator_codegen.refusal import SpecError

SCHEMA_FOLDERS = ("actions", "events", "domain", "interactions")
FIXTURES = "conformance/messages"
SCHEMA_FILES = ("envelope.schema.json", "agents.schema.json")
DATA_FILES = (
    "catalogue.json",
    "prompts.json",
    "requirements.json",
    "lexical-tables.json",
)
# Requirements shape one page and one table, and no behaviour: they stay out of the hash, so that
# a new requirement does not touch every generated file.
UNHASHED = frozenset({"requirements.json"})


@dataclass(frozen=True, slots=True)
class SpecFiles:
    """`documents` maps a path relative to `spec/` to its parsed JSON, in path order."""

    version: str
    documents: Mapping[str, Any]

    @property
    def digest(self) -> str:
        """Twelve hexadecimal digits over the canonical form of version and hashed files."""
        hashed = {path: each for path, each in self.documents.items() if path not in UNHASHED}
        text = json.dumps([self.version, hashed], sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:12]


def repository() -> Path:
    """The root of this checkout."""
    return Path(__file__).resolve().parents[2]


def from_folder(folder: Path) -> SpecFiles:
    """Read `folder` (a `spec/`); raises SpecError on a missing version or broken JSON."""
    texts = {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in folder.rglob("*")
        if path.is_file() and _is_read(path.relative_to(folder).as_posix())
    }
    return from_texts(texts)


def from_revision(root: Path, revision: str) -> SpecFiles:
    """Read `spec/` as it was at a git revision of the repository at `root`."""
    return from_texts(_archived(root, revision, _is_read))


def valid_fixtures(folder: Path) -> dict[str, Any]:
    """What each message fixture says must be read, by its path within `spec/`."""
    paths = sorted((folder / FIXTURES).glob("*/valid/*.json"))
    return _instances(
        {each.relative_to(folder).as_posix(): each.read_text(encoding="utf-8") for each in paths}
    )


def valid_fixtures_at(root: Path, revision: str) -> dict[str, Any]:
    """The same, as it was at a git revision."""
    return _instances(_archived(root, revision, _is_valid_fixture))


def _instances(texts: Mapping[str, str]) -> dict[str, Any]:
    return {path: _parse(path, text).get("instance") for path, text in texts.items()}


def _archived(root: Path, revision: str, wanted: Callable[[str], bool]) -> dict[str, str]:
    done = subprocess.run(
        ["git", "-C", str(root), "archive", "--format=tar", revision, "spec"],
        capture_output=True,
        check=False,
    )
    if done.returncode != 0:
        raise SpecError("spec", "", f"git has no spec/ at {revision!r}", "name a revision with one")
    texts: dict[str, str] = {}
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        for member in archive:
            path = member.name.removeprefix("spec/")
            content = archive.extractfile(member) if member.isfile() else None
            if content is not None and wanted(path):
                texts[path] = content.read().decode("utf-8")
    return texts


def from_texts(texts: Mapping[str, str]) -> SpecFiles:
    """Parse the files; `VERSION` is plain text, all others are JSON."""
    if "VERSION" not in texts:
        raise SpecError("VERSION", "", "is missing", "write the contract's version, such as 1.0.0")
    documents = {path: _parse(path, texts[path]) for path in sorted(texts) if path != "VERSION"}
    return SpecFiles(texts["VERSION"].strip(), documents)


def _is_read(path: str) -> bool:
    if path == "VERSION" or path in SCHEMA_FILES or path in DATA_FILES:
        return True
    folder, _, name = path.partition("/")
    return folder in SCHEMA_FOLDERS and name.endswith(".schema.json")


def _is_valid_fixture(path: str) -> bool:
    return path.startswith(f"{FIXTURES}/") and "/valid/" in path and path.endswith(".json")


def _parse(path: str, text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise SpecError(path, "", f"is no JSON ({error})", "mend the file") from None
