"""Targets: how a server under test starts, and what it says it can do.

`NAME` of a file in `targets/`, `path/to/any.toml`, `cmd:<command line>`, `url:ws://host:port`,
`null:<silent|echo|error|close>`.
"""

from __future__ import annotations

import shlex
import sys
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from smooth_operator_conformance.servers.profiles import PROFILES
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
    """Its own names for what it needs: `{port} {gateway} {key} {agents} {model} {host}` are
    filled in. The names of `base_env` are set besides."""
    cwd: str = ""
    path: str = "/ws"
    """Where its WebSocket is."""
    health: str = "/health"
    """What answers 200 once it is ready; empty: any HTTP answer is enough."""
    profiles: tuple[str, ...] = ()
    """The profiles that its environment can express; empty: all."""
    model: str = "conformance-model"
    """With `provision = "env"`: the one model name that it was told."""
    listen: str = ""
    """With `url`: host:port of gateway and tools, as the running server was told."""
    seed: str = ""
    """With `url`: the seed of its agents file."""
    profile: str = ""
    """With `url`: the profile that it was started with."""
    ready_seconds: float = 20.0
    stop_seconds: float = 30.0
    expected_fail: dict[str, str] = field(default_factory=dict)
    """Scenario name to the reason why it is known to fail."""
    build: tuple[str, ...] = ()
    given: str = ""
    """The target file as it was named; not a key of the file."""
    needs_tool: str = ""
    """An executable without which it cannot run, e.g. `cargo`."""


def load_target(name: str) -> Target:
    """The target of a name as the command line gives it; raises BadTarget."""
    kind, _, rest = name.partition(":")
    if kind == "cmd" and rest:
        return Target(name, command=tuple(shlex.split(rest)))
    if kind == "url" and rest:
        url, where = split_url(rest)
        return Target(f"url:{url}{where.removesuffix('/ws')}", url=url, path=where)
    if kind == "null" and rest in NULLS:
        command = (sys.executable, "-m", "smooth_operator_conformance.servers.nulls", rest)
        return Target(name, command=command)
    if name.endswith(".toml"):
        return _from_file(Path(name))
    path = find_targets() / f"{name}.toml"
    if not path.is_file():
        raise BadTarget(
            f"no target {name!r}: there is no {path}; else say cmd:COMMAND, url:ws://HOST:PORT "
            "or the path of a target file (`smooth-conformance doctor --init mine.toml` writes one)"
        )
    return read_target(path)


def split_url(text: str) -> tuple[str, str]:
    """A server's URL in two: up to the port, and the WebSocket's path; raises BadTarget."""
    parts = urlsplit(text)
    try:
        known = parts.scheme in ("ws", "wss", "http", "https") and bool(parts.hostname)
        known = known and (parts.port is None or parts.port > 0)
    except ValueError:
        known = False
    if not known:
        raise BadTarget(f"{text!r} is no URL of a server; write it like ws://127.0.0.1:8787")
    return f"{parts.scheme}://{parts.netloc}", parts.path.rstrip("/") or "/ws"


def _from_file(path: Path) -> Target:
    if not path.is_file():
        raise BadTarget(f"there is no target file {path}; `doctor --init {path}` writes one")
    return read_target(path)


def read_target(path: Path) -> Target:
    """A target file; unknown keys are refused, each fault names the file and what to do."""
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadTarget(f"{path}: {error}") from error
    _check(path, raw)
    places = {"{python}": sys.executable, "{repo}": _repository(path)}
    places["{here}"] = str(path.resolve().parent)
    for key in ("command", "build", "must_declare", "profiles"):
        raw[key] = tuple(_placed(part, places) for part in raw.get(key, ()))
    raw["env"] = {k: _placed(str(v), places) for k, v in raw.get("env", {}).items()}
    if "cwd" in raw:
        raw["cwd"] = _placed(raw["cwd"], places)
    if "url" in raw:
        raw["url"], path_of_url = split_url(raw["url"])
        raw.setdefault("path", path_of_url)
    return Target(**{"name": path.stem, **raw, "given": str(path)})


def _check(path: Path, raw: dict[str, Json]) -> None:
    known = sorted(set(Target.__dataclass_fields__) - {"given"})
    if unknown := sorted(set(raw) - set(known)):
        there = ", ".join(known)
        raise BadTarget(f"{path}: no such key: {', '.join(unknown)}; there are {there}")
    if bool(raw.get("command")) == bool(raw.get("url")):
        raise BadTarget(f"{path}: give either a command, to be started, or the url of what runs")
    for name, (kind, example) in _SHAPES.items():
        if name in raw and not isinstance(raw[name], kind):
            raise BadTarget(f"{path}: {name} is written like {name} = {example}")
    for name in ("command", "build", "must_declare", "profiles"):
        if not all(isinstance(part, str) for part in raw.get(name, ())):
            raise BadTarget(f"{path}: {name} is a list of texts")
    if raw.get("provision", "none") not in PROVISIONS:
        raise BadTarget(f"{path}: provision is one of {', '.join(PROVISIONS)}")
    if unknown := sorted(set(raw.get("profiles", ())) - set(PROFILES)):
        raise BadTarget(f"{path}: no such profile: {', '.join(unknown)}; {', '.join(PROFILES)}")


PROVISIONS = ("agents-file", "env", "none")
_SHAPES: dict[str, tuple[type | tuple[type, ...], str]] = {
    "command": (list, '["my-server", "--port", "8787"]'),
    "url": (str, '"ws://127.0.0.1:8787"'),
    "env": (dict, '{ MY_PORT = "{port}" }'),
    "profiles": (list, '["shared"]'),
    "must_declare": (list, '["event_seq"]'),
    "expected_fail": (dict, '{ "turns/x" = "why" }'),
    "cwd": (str, '"{here}"'),
    "path": (str, '"/ws"'),
    "health": (str, '"/health"'),
    "listen": (str, '"127.0.0.1:8788"'),
    "ready_seconds": ((int, float), "20"),
    "stop_seconds": ((int, float), "30"),
}


def _repository(path: Path) -> str:
    """The clone that a file of `conformance/targets/` belongs to; else the file's own folder."""
    parents = path.resolve().parents
    return str(parents[2] if len(parents) > 2 and parents[0].name == "targets" else parents[0])


def _placed(text: str, places: dict[str, str]) -> str:
    for name, value in places.items():
        text = text.replace(name, value)
    return text


def address(target: Target) -> tuple[str, int, bool]:
    """Host, port and TLS of a `url:` target."""
    parts = urlsplit(target.url)
    secure = parts.scheme in ("wss", "https")
    return parts.hostname or "127.0.0.1", parts.port or (443 if secure else 80), secure
