"""Source patches: small faults in a copy of the server under test that no single frame shows.

One file each, `patches/<language>/<name>.toml`: `description`, `requirements`, and `edits`, each
`{file, search, replace}` where `search` stands exactly once in the file. A patch that does not
apply is red: the code moved on and the fault with it.
"""

from __future__ import annotations

import shutil
import tomllib
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "patches"
KEYS = {"description", "requirements", "edits"}


class BadPatch(ValueError):
    """A patch file that says something else than a patch."""


class DoesNotApply(Exception):
    """The code that a patch alters is not there any more; the message says where."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One replacement in one file of the package."""

    file: str
    search: str
    replace: str


@dataclass(frozen=True, slots=True)
class Patch:
    """A fault in source form."""

    id: str
    """`src:<language>/<name>`, as `kill` spells it."""
    description: str
    requirements: tuple[str, ...]
    edits: tuple[Edit, ...]

    @property
    def language(self) -> str:
        """Which server it is a fault of."""
        return self.id.removeprefix("src:").partition("/")[0]


def load_patches(folder: Path = FOLDER) -> tuple[Patch, ...]:
    """Every patch, sorted by id; raises BadPatch."""
    return tuple(_read(path) for path in sorted(folder.glob("*/*.toml")))


def _read(path: Path) -> Patch:
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise BadPatch(f"{path.name}: {error}") from error
    if set(raw) != KEYS or not raw["edits"] or not raw["requirements"]:
        raise BadPatch(f"{path.name}: a patch has {', '.join(sorted(KEYS))}, none of them empty")
    edits = tuple(_edit(path, edit) for edit in raw["edits"])
    name = f"src:{path.parent.name}/{path.stem}"
    return Patch(name, raw["description"], tuple(raw["requirements"]), edits)


def _edit(path: Path, raw: dict[str, str]) -> Edit:
    if set(raw) != {"file", "search", "replace"} or raw["search"] == raw["replace"]:
        raise BadPatch(f"{path.name}: an edit has file, search, and another replace")
    return Edit(raw["file"], raw["search"], raw["replace"])


def apply(patch: Patch, package: Path) -> None:
    """Alter a package in place; raises DoesNotApply and then leaves every file as it was."""
    texts: dict[Path, str] = {}
    for edit in patch.edits:
        file = package / edit.file
        if not file.is_file():
            raise DoesNotApply(f"{patch.id}: there is no {edit.file}")
        text = texts.get(file, file.read_text(encoding="utf-8"))
        found = text.count(edit.search)
        if found != 1:
            raise DoesNotApply(f"{patch.id}: {edit.file} has its text {found} times, not once")
        texts[file] = text.replace(edit.search, edit.replace)
    for file, text in texts.items():
        file.write_text(text, encoding="utf-8")


def faulty_copy(patch: Patch, package: Path, into: Path) -> Path:
    """Copy a package below `into` and break the copy; the folder to put first on the path.

    Raises DoesNotApply.
    """
    copy = into / package.name
    ignore = shutil.ignore_patterns("__pycache__", "*.pyc")
    shutil.copytree(package, copy, ignore=ignore)
    apply(patch, copy)
    return into
