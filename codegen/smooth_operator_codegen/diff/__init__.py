"""Tells additive from breaking changes between two revisions of the contract (decisions, 12)."""

from smooth_operator_codegen.diff.catalogue import compare_catalogues
from smooth_operator_codegen.diff.change import Bump, Change
from smooth_operator_codegen.diff.fixtures import compare_fixtures
from smooth_operator_codegen.diff.shapes import compare_shapes
from smooth_operator_codegen.diff.version import needed_bump, version_says
from smooth_operator_codegen.ir import Contract

__all__ = ["Bump", "Change", "compare", "compare_fixtures", "needed_bump", "version_says"]


def compare(before: Contract, after: Contract) -> list[Change]:
    """Every change that an implementer has to know of, the gravest first."""
    changes = [*compare_catalogues(before, after), *compare_shapes(before, after)]
    return sorted(changes, key=Change.order)
