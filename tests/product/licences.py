"""The third-party packages that an installation brings along, with their licences.

`python tests/product/licences.py --write` makes the first table of THIRD_PARTY_LICENSES.md anew
from the metadata of what is installed; `--write evals`, run in the environment of the evals, the
second; without `--write` it prints the file. Nothing of these packages lies in this repository or
in its wheel.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.metadata import PackageMetadata, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
FILE = ROOT / "THIRD_PARTY_LICENSES.md"
OURS = "smooth-operator-kit"
EXTRAS = ("", "server", "conformance", "codegen", "docs")
"""What is installed by whom; the empty one is the base: the client alone."""
EVALS = ("evals",)
"""In an environment of its own, whose pins are others."""
SPDX = {
    "MIT License": "MIT",
    "MIT Licence": "MIT",
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "This Source Code Form is subject to the terms of the Mozilla Public": "MPL-2.0",
    "ISC License": "ISC",
    "BSD": "BSD-3-Clause",
    "BSD License": "BSD-3-Clause",
}
TOOLS = {"pip", "setuptools", "wheel"}
"""In every environment, in the version that it was made with."""
HEAD = """# Third-party licences

The packages that `pip install smooth-operator-kit` brings along, in the versions of
`constraints.txt`, by the extra that needs them. They are installed beside this product, unchanged;
none of their code is part of it. What is only used to test it is not listed.

MPL-2.0 asks for changes to its own files to be published; nothing is changed here.

`python tests/product/licences.py --write` makes this table anew.

"""
EVALS_HEAD = """
## The extra `evals`

In the versions of `evals/constraints.txt`; `--write evals`, run in that environment.

"""
RULER = "| Package | Version | Licence | Needed by |\n|---|---|---|---|\n"


@dataclass
class Package:
    """One third-party distribution that is installed."""

    name: str
    version: str
    licence: str
    needed_by: list[str] = field(default_factory=list)


def packages(extras: tuple[str, ...] = EXTRAS) -> dict[str, Package]:
    """Everything that the extras need, direct or not, by canonical name."""
    found: dict[str, Package] = {}
    for extra in extras:
        for name in sorted(_closure(extra)):
            if name not in found:
                installed = distribution(name)
                licence = licence_of(installed.metadata)
                found[name] = Package(installed.metadata["Name"], installed.version, licence)
            found[name].needed_by.append(extra or "client")
    return dict(sorted(found.items()))


def licence_of(metadata: PackageMetadata) -> str:
    """The licence as an SPDX expression, or as the package says it; empty when it says nothing."""
    classified = [c for c in metadata.get_all("Classifier") or [] if c.startswith("License ::")]
    said = [
        metadata.get("License-Expression") or "",
        (metadata.get("License") or "").split("\n")[0],
        *(c.rsplit(" :: ", 1)[-1] for c in classified),
    ]
    text = next((text for text in said if text), "")
    return SPDX.get(text, text)


def _closure(extra: str) -> set[str]:
    names: set[str] = set()
    waiting = [(OURS, frozenset({extra}))]
    while waiting:
        owner, extras = waiting.pop()
        for requirement in _requirements(owner, extras):
            name = canonicalize_name(requirement.name)
            if name == OURS or name in names | TOOLS:
                continue
            names.add(name)
            waiting.append((name, frozenset(requirement.extras) | {""}))
    # An extra stands on the base.
    return names if extra == "" else names | _closure("")


def _requirements(owner: str, extras: frozenset[str]) -> Iterator[Requirement]:
    for text in distribution(owner).requires or []:
        requirement = Requirement(text)
        marker = requirement.marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in extras):
            yield requirement


def written(evals: bool = False) -> str:
    """THIRD_PARTY_LICENSES.md as it should be, but for the table of the other environment."""
    first, second = _tables()
    if evals:
        return HEAD + first + EVALS_HEAD + _table(EVALS)
    return HEAD + _table(EXTRAS) + EVALS_HEAD + second


def _table(extras: tuple[str, ...]) -> str:
    rows = (
        f"| {p.name} | {p.version} | {p.licence} | {', '.join(p.needed_by)} |\n"
        for p in packages(extras).values()
    )
    return RULER + "".join(rows)


def _tables() -> list[str]:
    """The two that the file holds."""
    found = re.findall(r"(?:^\|.*\n)+", FILE.read_text("utf-8"), re.M)
    return [*found, RULER, RULER][:2]


def listed(evals: bool = False) -> dict[str, tuple[str, str]]:
    """Version and licence of every row of a table, by canonical name."""
    rows = re.findall(r"^\| ([\w.-]+) \| (\d[\w.]*) \| (.+?) \| .+ \|$", _tables()[evals], re.M)
    return {canonicalize_name(name): (version, licence) for name, version, licence in rows}


if __name__ == "__main__":
    evals = "evals" in sys.argv[1:]
    if "--write" in sys.argv[1:]:
        FILE.write_text(written(evals), "utf-8")
    else:
        print(written(evals), end="")
