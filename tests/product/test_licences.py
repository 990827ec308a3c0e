"""Every package that an installation brings along is listed with its licence; none surprises."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PERMISSIVE = {
    "MIT",
    "MIT-0",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "PSF-2.0",
    "ISC",
}
WEAK = {"orjson": "MPL-2.0", "pathspec": "MPL-2.0"}
"""Packages of which only their own files are under a copyleft; each was looked at."""


@pytest.fixture(scope="module")
def licences() -> Iterator[ModuleType]:
    path = Path(__file__).with_name("licences.py")
    spec = importlib.util.spec_from_file_location("licences_of_the_product", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclasses look themselves up
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text("utf-8").split("\n")
    pairs = (line.split("==") for line in lines if "==" in line)
    return {canonicalize_name(name): version for name, version in pairs}


def test_everything_that_is_installed_is_listed(licences: ModuleType) -> None:
    listed = licences.listed()
    found = {name: p.licence for name, p in licences.packages().items()}
    assert len(found) > 20
    assert {name: listed.get(name, ("", ""))[1] for name in found} == found, (
        "run python tests/product/licences.py --write"
    )


def test_it_is_pinned_in_the_version_that_is_listed(licences: ModuleType) -> None:
    pinned = pins()
    listed = {name: version for name, (version, _) in licences.listed().items()}
    assert {name: pinned.get(name) for name in listed} == listed


def test_no_licence_surprises(licences: ModuleType) -> None:
    for name, (_, licence) in licences.listed().items():
        words = set(re.split(r"\s+(?:AND|OR)\s+|[()]", licence)) - {""}
        assert words, name
        assert words - {WEAK.get(name)} <= PERMISSIVE, name


def test_the_base_is_the_client_alone(licences: ModuleType) -> None:
    base = {name for name, p in licences.packages().items() if "client" in p.needed_by}
    assert base == {
        "annotated-types",
        "pydantic",
        "pydantic-core",
        "typing-extensions",
        "typing-inspection",
        "websockets",
    }
