"""Whether a version tells the truth about the changes it carries."""

from __future__ import annotations

from collections.abc import Iterable

from smooth_operator_codegen.diff.change import Bump, Change
from smooth_operator_codegen.ir import Contract
from smooth_operator_codegen.refusal import SpecError


def needed_bump(changes: Iterable[Change]) -> Bump:
    """The gravest of the changes."""
    return max((each.bump for each in changes), key=lambda bump: bump.weight, default=Bump.NONE)


def version_says(before: Contract, after: Contract, bump: Bump) -> bool:
    """A breaking change needs a new major and a new protocol version, an additive one a new minor,
    an editorial one a new patch. A version never goes back.
    """
    old, new = _parts(before.version), _parts(after.version)
    match bump:
        case Bump.NONE:
            return new >= old
        case Bump.PATCH:
            return new > old
        case Bump.MINOR:
            return new[:2] > old[:2]
        case Bump.MAJOR:
            return new[0] > old[0] and before.protocol_version != after.protocol_version


def _parts(version: str) -> tuple[int, ...]:
    parts = version.split(".")
    if len(parts) != 3 or not all(each.isdigit() for each in parts):
        raise SpecError("VERSION", "", f"{version!r} is no version", "write three numbers: 1.0.0")
    return tuple(int(each) for each in parts)
