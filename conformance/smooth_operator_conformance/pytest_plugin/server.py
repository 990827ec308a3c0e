"""`smooth_server`: where the server of a test listens, and what it was started with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


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
    delivered: Callable[[], list[Any]] = field(repr=False)

    @property
    def agent_id(self) -> str:
        """The agent of this test, the first where there are several."""
        return next(iter(self.agents.values()))

    @property
    def log(self) -> list[str]:
        """The last lines that the server wrote, for every test that shares it."""
        return list(self.lines)

    @property
    def codes(self) -> list[str]:
        """The one-time codes that the server had delivered in this test, in order."""
        return [str(delivery["code"]) for delivery in self.delivered()]
