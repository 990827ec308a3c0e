"""All mutants there are: the population, the patches, and what is committed about them beside.

`pinned.json` holds the ids of N, `equivalents.json` the freedoms, `tags.json` which faults speak
for which requirement. Each says only what cannot be computed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from smooth_operator_conformance.mutants.patches import Patch, load_patches
from smooth_operator_conformance.mutants.population import Mutant, population
from smooth_operator_conformance.mutants.surface import read_surface
from smooth_operator_conformance.mutants.vocabulary import meant
from smooth_operator_conformance.records import MutantClass

HERE = Path(__file__).parent
PINNED = HERE / "pinned.json"
EQUIVALENTS = HERE / "equivalents.json"
TAGS = HERE / "tags.json"


@dataclass(frozen=True, slots=True)
class Equivalent:
    """A fault that a requirement allows."""

    id: str
    requirement: str
    why: str


@dataclass(frozen=True)
class Inventory:
    """Every mutant with its class and its requirements."""

    mutants: tuple[Mutant, ...]
    patches: tuple[Patch, ...]
    equivalents: tuple[Equivalent, ...]
    spoken: Mapping[str, tuple[str, ...]]
    """Mutant id to the requirements it is tagged with."""

    @property
    def ids(self) -> tuple[str, ...]:
        """All ids, patches last."""
        return (*(mutant.id for mutant in self.mutants), *(patch.id for patch in self.patches))

    @property
    def free(self) -> frozenset[str]:
        """Ids of the equivalents."""
        return frozenset(equivalent.id for equivalent in self.equivalents)

    def classes(self, language: str | None = None) -> dict[str, MutantClass]:
        """Id to class; patches of another language than the target's are left out."""
        free = self.free
        found: dict[str, MutantClass] = {
            mutant.id: "equivalent" if mutant.id in free else mutant.mutant_class
            for mutant in self.mutants
        }
        for patch in self.patches:
            if language in (None, patch.language):
                found[patch.id] = "behaviour"
        return found

    def tags(self, mutant: str) -> tuple[str, ...]:
        """Requirements that a mutant is tagged with."""
        return self.spoken.get(mutant, ())

    def pins(self) -> dict[str, list[str]]:
        """What `pinned.json` has to hold: ids by class, so that nobody shrinks N unseen."""
        groups: dict[str, list[str]] = {"behaviour": [], "shape": [], "equivalent": []}
        for mutant, found in self.classes().items():
            groups[found].append(mutant)
        return {name: sorted(ids) for name, ids in groups.items()}


def load_inventory(spec: Path) -> Inventory:
    """Read everything; raises OSError, ValueError for files that contradict each other."""
    mutants = population(read_surface(spec))
    patches = load_patches()
    ids = [mutant.id for mutant in mutants]
    equivalents = tuple(_equivalents(_read(EQUIVALENTS), ids))
    spoken = _spoken(_read(TAGS), [*ids, *(patch.id for patch in patches)])
    for patch in patches:
        spoken[patch.id] = tuple(dict.fromkeys([*spoken.get(patch.id, ()), *patch.requirements]))
    return Inventory(mutants, patches, equivalents, spoken)


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _equivalents(raw: Iterable[Mapping[str, str]], ids: list[str]) -> Iterable[Equivalent]:
    for entry in raw:
        found = meant(entry["mutant"], ids)
        if not found:
            raise ValueError(f"equivalents.json: no mutant is called {entry['mutant']!r}")
        for mutant in found:
            yield Equivalent(mutant, entry["requirement"], entry["why"])


def _spoken(raw: Mapping[str, list[str]], ids: list[str]) -> dict[str, tuple[str, ...]]:
    """Turns requirement to names into mutant to requirements."""
    found: dict[str, list[str]] = {}
    for requirement, names in raw.items():
        for name in names:
            for mutant in meant(name, ids):
                found.setdefault(mutant, []).append(requirement)
    return {mutant: tuple(dict.fromkeys(rids)) for mutant, rids in found.items()}


def pinned() -> dict[str, list[str]]:
    """The committed ids by class."""
    found: dict[str, list[str]] = _read(PINNED)
    return found


def pin(inventory: Inventory) -> None:
    """Rewrite the committed ids."""
    text = json.dumps(inventory.pins(), indent=1, ensure_ascii=False)
    PINNED.write_text(text + "\n", encoding="utf-8", newline="\n")


def drift(inventory: Inventory) -> list[str]:
    """How the computed ids differ from the committed ones, one sentence a difference."""
    committed, computed = pinned(), inventory.pins()
    said: list[str] = []
    for name in computed:
        gone = sorted(set(committed.get(name, ())) - set(computed[name]))
        new = sorted(set(computed[name]) - set(committed.get(name, ())))
        said += [f"pinned as {name}, no longer there: {mutant}" for mutant in gone]
        said += [f"{name}, not pinned: {mutant}" for mutant in new]
    return said
