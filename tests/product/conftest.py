"""What is handed out: sdist and wheel, built once, and environments far from the clone."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = "Scripts" if os.name == "nt" else "bin"
OURS = ("SMOOTH_", "SMOOAI_", "AUTH_", "PYTHONPATH", "PYTEST_", "COVERAGE", "COV_")


@dataclass(frozen=True)
class Built:
    """The files that a release would hand out."""

    sdist: Path
    wheel: Path
    """Built from the sdist, as an index or a distribution would."""
    from_tree: Path
    """The wheel that the working tree gives without the detour."""


@dataclass(frozen=True)
class Place:
    """An environment in an empty folder."""

    folder: Path

    def script(self, name: str) -> str:
        return str(self.folder / "env" / SCRIPTS / name)

    @property
    def environment(self) -> dict[str, str]:
        """Ours, without anything that configures our product or its tests."""
        return {k: v for k, v in os.environ.items() if not k.startswith(OURS)}

    def try_(self, *command: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Run a program of the environment."""
        return subprocess.run(
            [self.script(command[0]), *command[1:]],
            cwd=cwd or self.folder,
            env=self.environment,
            text=True,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=600,
        )

    def run(self, *command: str, cwd: Path | None = None) -> str:
        """Run it; it must succeed."""
        done = self.try_(*command, cwd=cwd)
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("dist")
    for options in (["--outdir", str(folder)], ["--wheel", "--outdir", str(folder / "tree")]):
        done = subprocess.run(
            [sys.executable, "-m", "build", *options, str(ROOT)],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=600,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    (sdist,) = folder.glob("*.tar.gz")
    (wheel,) = folder.glob("*.whl")
    (from_tree,) = folder.glob("tree/*.whl")
    return Built(sdist, wheel, from_tree)


def _place(folder: Path, *requirements: str) -> Place:
    """An environment without pip, which costs seconds and is not needed: ours works on it."""
    venv.create(folder / "env", with_pip=False)
    place = Place(folder)
    pip = [sys.executable, "-m", "pip", "--python", place.script("python"), "install", "-q"]
    done = subprocess.run(
        [*pip, "-c", str(ROOT / "constraints.txt"), *requirements],
        cwd=folder,
        env=place.environment,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return place


@pytest.fixture(scope="session")
def far_away(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The server and the runner, and what an app developer has for tests."""
    wheel = f"smooth-operator-kit[server,conformance] @ {built.wheel.as_uri()}"
    return _place(tmp_path_factory.mktemp("far"), wheel, "pytest", "pytest-asyncio")


@pytest.fixture(scope="session")
def bare(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The base installation: the client and nothing else."""
    wheel = f"smooth-operator-kit @ {built.wheel.as_uri()}"
    return _place(tmp_path_factory.mktemp("bare"), wheel)
