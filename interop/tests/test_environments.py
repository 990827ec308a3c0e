"""Pins and environments: exact versions, no registry, and no pass without a network."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from interop import environments
from interop.environments import CLIENTS, PINS, SERVER, NotMade, newest_of, prepare


@pytest.mark.parametrize("name", [SERVER, *CLIENTS])
def test_pins_are_versions_and_nothing_else(name: str) -> None:
    lines = (PINS / f"{name}.txt").read_text("utf-8").splitlines()
    assert lines
    assert [line for line in lines if not re.fullmatch(r"[\w.-]+(\[\w+\])?==[\w.]+", line)] == []


def test_the_newest_version_of_what_pip_prints() -> None:
    told = "smooth (1.66.0)\nAvailable versions: 1.66.0, 1.65.0\n  INSTALLED: 1.57.0\n"
    assert newest_of(told) == "1.66.0"
    assert newest_of("ERROR: No matching distribution found") == ""


def test_without_an_index_there_is_no_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        said = "ERROR: No matching distribution found" if "install" in command else ""
        return subprocess.CompletedProcess(command, 1 if said else 0, "", said)

    monkeypatch.setattr("interop.environments.subprocess.run", run)
    with pytest.raises(NotMade, match=r"network\?\): ERROR: No matching"):
        prepare(SERVER, tmp_path)
    assert not (tmp_path / SERVER / "made-from").exists()


def test_pins_without_a_published_package_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "odd.txt").write_text("pydantic==2.0\n")
    monkeypatch.setattr(environments, "PINS", tmp_path)
    with pytest.raises(NotMade, match=r"odd\.txt names no published package"):
        prepare("odd", tmp_path)
