"""The skill seam: a name becomes a markdown body for one turn's system message."""

from __future__ import annotations

from typing import Protocol


class SkillResolver(Protocol):
    """The agent's own skills first, then the folders of `SMOOTH_SKILLS_DIR`."""

    def resolve(self, name: str, *, agent_id: str) -> str | None:
        """The body without front matter, or None: unknown, malformed name, unreadable."""
        ...
