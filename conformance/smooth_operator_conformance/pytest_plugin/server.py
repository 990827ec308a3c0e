"""`smooth_server`: where the server of a test listens, and what it was started with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SmoothServer:
    """A running server, as one test sees it."""

    url: str
    """`ws://127.0.0.1:<port>/ws`."""
    http_url: str
    """`http://127.0.0.1:<port>`."""
    agents: Mapping[str, str]
    """The agent ids of this test by the names that its marker gives them."""
    env: Mapping[str, str] = field(repr=False)
    """The environment that the server was started with."""
    lines: list[str] = field(repr=False)

    @property
    def agent_id(self) -> str:
        """The agent of this test, the first where there are several."""
        return next(iter(self.agents.values()))

    @property
    def log(self) -> list[str]:
        """The last lines that the server wrote, of all tests that use it."""
        return list(self.lines)
