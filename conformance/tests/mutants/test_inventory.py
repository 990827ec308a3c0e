"""What is committed about mutants agrees with what can be computed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from smooth_operator_conformance.mutants.inventory import (
    Inventory,
    drift,
    load_inventory,
)

SPEC = Path(__file__).parents[3] / "spec"


@pytest.fixture(scope="module")
def inventory() -> Inventory:
    return load_inventory(SPEC)


@pytest.fixture(scope="module")
def requirements() -> set[str]:
    entries = json.loads((SPEC / "requirements.json").read_text(encoding="utf-8"))
    return {entry["id"] for entry in entries}


def test_the_pinned_ids_are_the_computed_ones(inventory: Inventory) -> None:
    assert drift(inventory) == []


def test_at_most_one_in_twenty_is_equivalent(inventory: Inventory) -> None:
    assert len(inventory.free) <= 0.05 * len(inventory.ids)


def test_every_requirement_that_is_named_exists(
    inventory: Inventory, requirements: set[str]
) -> None:
    named = {rid for rids in inventory.spoken.values() for rid in rids}
    named |= {equivalent.requirement for equivalent in inventory.equivalents}
    named |= {rid for patch in inventory.patches for rid in patch.requirements}
    assert named - requirements == set()


def test_every_tag_names_a_mutant(inventory: Inventory) -> None:
    from smooth_operator_conformance.mutants.inventory import TAGS
    from smooth_operator_conformance.mutants.vocabulary import problem

    raw = json.loads(TAGS.read_text(encoding="utf-8"))
    names = {name for found in raw.values() for name in found}
    assert [
        problem(name, inventory.ids) for name in sorted(names) if problem(name, inventory.ids)
    ] == []


def test_equivalents_say_why(inventory: Inventory) -> None:
    assert all(len(equivalent.why) > 10 for equivalent in inventory.equivalents)


def test_patches_of_another_language_do_not_count(inventory: Inventory) -> None:
    everything = inventory.classes()
    for patch in inventory.patches:
        assert patch.id in everything
        assert patch.id not in inventory.classes("none")
