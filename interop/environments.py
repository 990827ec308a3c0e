"""Environments for published packages: one virtual environment each, made from pinned versions."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

PINS = Path(__file__).parent / "pins"
FOLDER = Path(__file__).parents[1] / ".nox"
SCRIPTS = "Scripts" if os.name == "nt" else "bin"
_FIRST = re.compile(r"^(smooai-smooth-operator[a-z-]*)\[[a-z,]+\]==(\S+)$", re.MULTILINE)
SERVER = "published-server"
CLIENTS = ("published-client-1.57.0", "published-client-newest")


class NotMade(Exception):
    """An environment could not be made; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Published:
    """A published package in an environment of its own."""

    name: str
    package: str
    version: str
    python: Path

    @property
    def title(self) -> str:
        """Package and version, as reports say them."""
        return f"{self.package} {self.version}"


def prepare(name: str, folder: Path = FOLDER) -> Published:
    """The environment of that name, made anew when its pins have changed. Raises NotMade."""
    pins = PINS / f"{name}.txt"
    text = pins.read_text("utf-8")
    found = _FIRST.search(text)
    if found is None:
        raise NotMade(f"{pins.name} names no published package with its extra and version")
    place = folder / name
    python = place / SCRIPTS / "python"
    stamp, wanted = place / "made-from", _digest(text)
    if not (stamp.is_file() and stamp.read_text() == wanted):
        print(f"making .nox/{name}; once", flush=True)
        _run([sys.executable, "-m", "venv", "--clear", str(place)], name)
        _run([str(python), "-m", "pip", "install", "-q", "--no-deps", "-r", str(pins)], name)
        _run([str(python), "-m", "pip", "check"], name)
        stamp.write_text(wanted)
    return Published(name, found[1], found[2], python)


def newest(published: Published) -> str:
    """The newest version that the index has, or empty where that cannot be told."""
    command = [str(published.python), "-m", "pip", "index", "versions", published.package]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    return newest_of(done.stdout) if done.returncode == 0 else ""


def newest_of(told: str) -> str:
    """The first version in what `pip index versions` prints; empty if there is none."""
    found = re.search(r"^Available versions: ([0-9][^,\s]*)", told, re.MULTILINE)
    return found[1] if found else ""


def _run(command: list[str], name: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        said = (done.stderr.strip() or done.stdout.strip() or "it said nothing").splitlines()
        raise NotMade(f".nox/{name} could not be made (is there a network?): {said[-1][:300]}")


def _digest(pins: str) -> str:
    return hashlib.sha256(f"{pins}\0{sys.version}".encode()).hexdigest()
