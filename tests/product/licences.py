"""The third-party packages that an installation brings along, with their licences.

`python tests/product/licences.py --write` makes THIRD_PARTY_LICENSES.md anew from the metadata of
what is installed. Nothing of these packages lies in this repository or in its wheel.
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
SPDX = {
    "MIT License": "MIT",
    "MIT Licence": "MIT",
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "BSD License": "BSD-3-Clause",
}
HEAD = """# Third-party licences

The packages that `pip install smooth-operator-kit` brings along, in the versions of
`constraints.txt`, by the extra that needs them. They are installed beside this product, unchanged;
none of their code is part of it. What is only used to test it, and what the extra `evals` brings
(its packages are not pinned), is not listed.

MPL-2.0 asks for changes to its own files to be published; nothing is changed here.

`python tests/product/licences.py --write` makes this file anew.

| Package | Version | Licence | Needed by |
|---|---|---|---|
"""


@dataclass
class Package:
    """One third-party distribution that is installed."""

    name: str
    version: str
    licence: str
    needed_by: list[str] = field(default_factory=list)


def packages() -> dict[str, Package]:
    """Everything that the extras need, direct or not, by canonical name."""
    found: dict[str, Package] = {}
    for extra in EXTRAS:
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
            if name == OURS or name in names:
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


def written() -> str:
    """THIRD_PARTY_LICENSES.md as it should be."""
    rows = (
        f"| {p.name} | {p.version} | {p.licence} | {', '.join(p.needed_by)} |\n"
        for p in packages().values()
    )
    return HEAD + "".join(rows)


def listed() -> dict[str, tuple[str, str]]:
    """Version and licence of every row of the file, by canonical name."""
    rows = re.findall(
        r"^\| ([\w.-]+) \| (\d[\w.]*) \| (.+?) \| .+ \|$", FILE.read_text("utf-8"), re.M
    )
    return {canonicalize_name(name): (version, licence) for name, version, licence in rows}


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        FILE.write_text(written(), "utf-8")
    else:
        print(written(), end="")
