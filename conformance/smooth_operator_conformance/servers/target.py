"""Targets: how a server under test starts, and what it says it can do.

`targets/<name>.toml`, `cmd:<command line>`, `url:ws://host:port`, `null:<silent|echo|error|close>`.
"""

from __future__ import annotations

import shlex
import sys
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from smooth_operator_conformance.spec import find_targets

Json = Any
NULLS = ("silent", "echo", "error", "close")


class BadTarget(ValueError):
    """No such target, or its file is wrong."""


@dataclass(frozen=True, slots=True)
class Target:
    """One server under test."""

    name: str
    command: tuple[str, ...] = ()
    url: str = ""
    language: str = ""
    provision: str = "agents-file"
    """`agents-file`: reads `SMOOTH_AGENT_AGENTS`; `env`: environment only; `none`: neither."""
    must_declare: tuple[str, ...] = ()
    exact: bool = True
    """It claims to send the keys that our servers always send."""
    env: dict[str, str] = field(default_factory=dict)
    cwd: str = ""
    ready_seconds: float = 20.0
    stop_seconds: float = 30.0
    expected_fail: dict[str, str] = field(default_factory=dict)
    """Scenario name to the reason why it is known to fail."""
    build: tuple[str, ...] = ()
    needs_tool: str = ""
    """An executable without which it cannot run, e.g. `cargo`."""


def load_target(name: str) -> Target:
    """The target of a name as the command line gives it; raises BadTarget."""
    kind, _, rest = name.partition(":")
    if kind == "cmd" and rest:
        return Target(name, command=tuple(shlex.split(rest)))
    if kind == "url" and rest:
        url = rest.rstrip("/").removesuffix("/ws")  # one server has one name: ids derive from it
        return Target(f"url:{url}", url=url)
    if kind == "null" and rest in NULLS:
        command = (sys.executable, "-m", "smooth_operator_conformance.servers.nulls", rest)
        return Target(name, command=command)
    path = find_targets() / f"{name}.toml"
    if not path.is_file():
        raise BadTarget(f"no target {name!r}: neither {path} nor cmd:, url:, null:")
    return read_target(path)


def read_target(path: Path) -> Target:
    """A target file; unknown keys are refused."""
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise BadTarget(f"{path.name}: {error}") from error
    known = {name for name in Target.__dataclass_fields__ if name != "url"}
    unknown = set(raw) - known
    if unknown or "command" not in raw:
        raise BadTarget(f"{path.name}: unknown {sorted(unknown)}, or no command")
    here = str(path.resolve().parents[1].parent)
    places = {"{python}": sys.executable, "{repo}": here}
    for key in ("command", "build", "must_declare"):
        raw[key] = tuple(_placed(part, places) for part in raw.get(key, ()))
    if "cwd" in raw:
        raw["cwd"] = _placed(raw["cwd"], places)
    return Target(**{"name": path.stem, **raw})


def _placed(text: str, places: dict[str, str]) -> str:
    for name, value in places.items():
        text = text.replace(name, value)
    return text


def address(target: Target) -> tuple[str, int, bool]:
    """Host, port and TLS of a `url:` target."""
    parts = urlsplit(target.url)
    secure = parts.scheme in ("wss", "https")
    return parts.hostname or "127.0.0.1", parts.port or (443 if secure else 80), secure
