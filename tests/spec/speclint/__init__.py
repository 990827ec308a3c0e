"""The lint of `spec/`: what a schema of the contract may be made of, and what it must say.

It judges parsed documents only (`Documents`), so that every refusal can be tested on a few lines of
bad input. `lint` gives every finding, in path order; an empty list is a clean contract.
"""

from __future__ import annotations

from speclint.catalogue import check_catalogue
from speclint.constructs import check_constructs
from speclint.documents import Documents, Finding, load
from speclint.examples import check_examples
from speclint.frames import check_frames
from speclint.titles import check_titles
from speclint.twins import check_twins

__all__ = ["Documents", "Finding", "lint", "load"]


def lint(documents: Documents) -> list[Finding]:
    """Every finding. References are settled first: nothing can be validated without them."""
    found = [*check_constructs(documents), *check_titles(documents)]
    found += check_catalogue(documents)
    if not found:
        found += check_twins(documents)
        found += check_examples(documents)
        found += check_frames(documents)
    return found
