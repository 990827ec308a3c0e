"""What is in the sdist and in the wheel: all of the product, nothing else, and true metadata."""

from __future__ import annotations

import tarfile
import zipfile
from email.message import Message
from email.parser import Parser
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import smooth_operator_conformance.cli
import smooth_operator_evals.cli
import smooth_operator_server

if TYPE_CHECKING:
    from .conftest import Built

ROOT = Path(__file__).parents[2]
PACKAGES = {
    "smooth_operator": "clients/python",
    "smooth_operator_server": "server/python",
    "smooth_operator_codegen": "codegen",
    "smooth_operator_conformance": "conformance",
    "smooth_operator_evals": "evals",
}


def content(wheel: Path) -> dict[str, bytes]:
    """Every file by its name; RECORD, which lists them with their hashes, in sorted order."""
    with zipfile.ZipFile(wheel) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    return {
        name: b"\n".join(sorted(data.split(b"\n"))) if name.endswith("/RECORD") else data
        for name, data in files.items()
    }


@pytest.fixture(scope="module")
def files(built: Built) -> dict[str, bytes]:
    return content(built.wheel)


@pytest.fixture(scope="module")
def metadata(files: dict[str, bytes]) -> Message:
    (found,) = (data for name, data in files.items() if name.endswith(".dist-info/METADATA"))
    return Parser().parsestr(found.decode())


def test_the_sdist_gives_the_same_wheel_as_the_tree(built: Built) -> None:
    ours, theirs = content(built.from_tree), content(built.wheel)
    assert set(ours) == set(theirs)
    assert [name for name in ours if ours[name] != theirs[name]] == []


def test_the_wheel_holds_every_module_and_nothing_foreign(files: dict[str, bytes]) -> None:
    tops = {name.split("/")[0] for name in files}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)
    for package, folder in PACKAGES.items():
        source = ROOT / folder
        here = {path.relative_to(source).as_posix() for path in (source / package).rglob("*.py")}
        there = {name for name in files if name.startswith(f"{package}/") and name.endswith(".py")}
        assert there == here, package
    junk = ("__pycache__", ".pyc", "/tests/", ".env", ".egg-info")
    assert [name for name in files if any(part in name for part in junk)] == []


def test_it_carries_the_contract_and_the_targets(files: dict[str, bytes]) -> None:
    spec = {
        f"smooth_operator_conformance/_spec/{path.relative_to(ROOT / 'spec').as_posix()}"
        for path in (ROOT / "spec").rglob("*")
        if path.is_file() and path.name != ".DS_Store"
    }
    assert spec <= set(files)
    assert "smooth_operator_conformance/_targets/python.toml" in files


@pytest.mark.parametrize("package", PACKAGES)
def test_every_package_says_that_it_is_typed(files: dict[str, bytes], package: str) -> None:
    assert files[f"{package}/py.typed"] == b""


def test_the_sdist_holds_what_a_packager_needs(built: Built) -> None:
    with tarfile.open(built.sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    wanted = {"pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "constraints.txt"}
    wanted |= {"noxfile.py", "spec/VERSION", "examples/order_support/order_support.py"}
    assert wanted <= names
    outside = (".nox/", ".venv/", ".ci/", "report/", "site/", ".hypothesis/", "dist/")
    assert [name for name in names if name.startswith(outside)] == []


def test_the_metadata_is_whole_and_invents_no_address(metadata: Message) -> None:
    assert metadata["Name"] == "smooth-operator-kit"
    assert metadata["Summary"]
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata["License-Expression"] == "MIT"
    assert metadata.get_all("License-File") == ["LICENSE", "THIRD_PARTY_LICENSES.md"]
    assert metadata["Description-Content-Type"] == "text/markdown"
    assert "Typing :: Typed" in metadata.get_all("Classifier", [])
    assert not metadata.get_all("Project-URL")
    assert not metadata["Home-page"]
    extras = set(metadata.get_all("Provides-Extra", []))
    assert {"server", "conformance", "codegen", "evals", "docs", "dev"} <= extras


def test_there_is_one_version(metadata: Message) -> None:
    versions = {
        metadata["Version"],
        smooth_operator_server.__version__,
        smooth_operator_conformance.cli.VERSION,
        smooth_operator_evals.cli.VERSION,
    }
    assert len(versions) == 1


def test_the_licences_travel_along(files: dict[str, bytes]) -> None:
    carried = {name.rsplit("/", 1)[-1] for name in files if "/licenses/" in name}
    assert carried == {"LICENSE", "THIRD_PARTY_LICENSES.md"}
