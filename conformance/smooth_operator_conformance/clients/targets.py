"""Client targets: how the driver of a client is started.

`python` (ours), `cmd:<command line>`, `null:<silent|exit|echo|claims>`, or the path of a TOML file
with `command` (a list; `{python}`, `{here}`, `{repo}` and `{sources}` are filled in) and, as they
apply, `language`, `env`, `cwd`, `sources`, `needs_tool`, `expected_fail`.
"""

from __future__ import annotations

import shlex
import shutil
import sys
import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from smooth_operator_conformance.spec import find_targets

Json = Any
NULLS = ("silent", "exit", "echo", "claims")


class BadClient(ValueError):
    """No such client target, or its file is wrong; the message says what to write instead."""


@dataclass(frozen=True, slots=True)
class ClientTarget:
    """One client under test."""

    name: str
    command: tuple[str, ...]
    language: str = ""
    env: dict[str, str] = field(default_factory=dict)
    cwd: str = ""
    sources: str = ""
    """The folder that mutants copy and break; the copy takes its place wherever it is named."""
    needs_tool: str = ""
    """An executable without which it cannot run, e.g. `node`."""
    expected_fail: dict[str, str] = field(default_factory=dict)
    """Scenario name to the reason why it is known to fail."""

    @property
    def missing(self) -> str:
        """Why it cannot be started here; empty when it can."""
        if self.needs_tool and shutil.which(self.needs_tool) is None:
            return f"not run: no {self.needs_tool}"
        return ""

    def moved(self, sources: Path) -> ClientTarget:
        """The same client, its sources somewhere else."""

        def there(text: str) -> str:
            return text.replace(self.sources, str(sources))

        return replace(
            self,
            command=tuple(there(part) for part in self.command),
            env={name: there(value) for name, value in self.env.items()},
            cwd=there(self.cwd),
            sources=str(sources),
        )


def load_client(name: str) -> ClientTarget:
    """The target of a name as the command line gives it; raises BadClient."""
    kind, _, rest = name.partition(":")
    if kind == "cmd" and rest:
        return ClientTarget(name, tuple(shlex.split(rest)))
    if kind == "null" and rest in NULLS:
        module = "smooth_operator_conformance.clients.nulls"
        return ClientTarget(name, (sys.executable, "-m", module, rest))
    path = Path(name) if name.endswith(".toml") else find_targets() / "clients" / f"{name}.toml"
    if not path.is_file():
        raise BadClient(
            f"no client {name!r}: there is no {path}; else say cmd:COMMAND, where COMMAND starts a "
            "driver that speaks JSON lines (docs/judge-your-client.md)"
        )
    return _from_file(path)


def _from_file(path: Path) -> ClientTarget:
    try:
        raw: dict[str, Json] = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadClient(f"{path}: {error}") from error
    unknown = sorted(set(raw) - set(ClientTarget.__dataclass_fields__))
    if unknown:
        known = ", ".join(sorted(ClientTarget.__dataclass_fields__))
        raise BadClient(f"{path}: no such key: {', '.join(unknown)}; there are {known}")
    command = raw.get("command")
    if not isinstance(command, list) or not command or not all(map(_is_text, command)):
        raise BadClient(f'{path}: command is written like command = ["node", "driver.mjs"]')
    here = path.resolve().parent
    places = {"{python}": sys.executable, "{here}": str(here), "{repo}": str(_repository(here))}
    raw["sources"] = places["{sources}"] = _placed(str(raw.get("sources", "")), places)
    raw["command"] = tuple(_placed(part, places) for part in command)
    raw["env"] = {key: _placed(str(value), places) for key, value in raw.get("env", {}).items()}
    raw["cwd"] = _placed(str(raw.get("cwd", "")), places)
    return ClientTarget(**{"name": path.stem, **raw})


def _repository(here: Path) -> Path:
    """The clone around `conformance/targets/clients`; else the file's own folder."""
    inside = here.name == "clients" and here.parent.name == "targets"
    return here.parents[2] if inside else here


def _placed(text: str, places: dict[str, str]) -> str:
    for name, value in places.items():
        text = text.replace(name, value)
    return text


def _is_text(value: Json) -> bool:
    return isinstance(value, str)
