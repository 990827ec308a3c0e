"""Skills by name: the agent's own, then `<folder>/<name>/SKILL.md`, folder by folder."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from smooth_operator_server.white_space import trim

FILE = "SKILL.md"
LARGEST_FILE = 1024 * 1024
_NAME = re.compile(r"[A-Za-z0-9_-]{1,128}")
_FRONT_MATTER = re.compile(r"---[ \t]*\n(?:.*?\n)??---[ \t]*(?:\n|\Z)", re.DOTALL)


class Owner(Protocol):
    """An agent with skills of its own."""

    @property
    def id(self) -> str: ...
    @property
    def skills(self) -> Mapping[str, str]: ...


class FolderSkills:
    """`SkillResolver`. `folders` is a list, or `SMOOTH_SKILLS_DIR` as it is set (`:` between)."""

    def __init__(
        self, agents: Iterable[Owner] = (), folders: str | Sequence[str | Path] | None = None
    ) -> None:
        if isinstance(folders, str):
            folders = [folder for folder in folders.split(os.pathsep) if folder.strip()]
        self._folders = [Path(folder) for folder in folders or ()]
        self._own = {agent.id: agent.skills for agent in agents}

    @property
    def missing(self) -> list[Path]:
        """Folders that were named and are none: their skills are nobody's."""
        return [folder for folder in self._folders if not folder.is_dir()]

    def resolve(self, name: str, *, agent_id: str) -> str | None:
        """The body, or None: unknown, malformed name, unreadable, or outside its folder."""
        if not _NAME.fullmatch(name):
            return None
        own = self._own.get(agent_id, {}).get(name)
        if own is not None:
            return own
        bodies = (_read(folder, name) for folder in self._folders)
        return next((body for body in bodies if body is not None), None)


def without_front_matter(text: str) -> str:
    """The Markdown below a leading YAML block, trimmed."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    match = _FRONT_MATTER.match(text)
    return trim(text[match.end() :] if match else text)


def _read(folder: Path, name: str) -> str | None:
    try:
        root, path = folder.resolve(), (folder / name / FILE).resolve()
        # A link may not lead out of the folder that the operator named.
        if not path.is_relative_to(root) or path.stat().st_size > LARGEST_FILE:
            return None
        return without_front_matter(path.read_bytes().decode())
    except (OSError, UnicodeDecodeError):
        return None
