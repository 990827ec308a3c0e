"""A tool as the agents file has it, seen from the side that calls it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol


class Endpoint(Protocol):
    """Where a tool is called; header values are secret."""

    @property
    def url(self) -> str: ...
    @property
    def headers(self) -> Mapping[str, str]: ...


class Spec(Protocol):
    """A tool as the agents file has it."""

    @property
    def name(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def parameters(self) -> Mapping[str, Any]: ...
    @property
    def auth_level(self) -> str | None: ...
    @property
    def timeout_ms(self) -> int: ...
    @property
    def http(self) -> Endpoint: ...


class Owner(Protocol):
    """An agent with tools."""

    @property
    def id(self) -> str: ...
    @property
    def tools(self) -> Sequence[Spec]: ...


class Failed(Exception):
    """The call has no answer; the text is what the model reads."""
