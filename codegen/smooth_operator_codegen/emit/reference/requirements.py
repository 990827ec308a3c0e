"""The page of requirements: every MUST and SHOULD by its id."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby

from smooth_operator_codegen.emit.reference.markdown import code, page, table
from smooth_operator_codegen.ir import Contract, Requirement


def requirements_page(contract: Contract, where: Mapping[str, str]) -> str:
    """One table an area, in the order of the file."""
    del where
    sections: list[str] = []
    for area, listed in groupby(contract.requirements, key=lambda each: each.area):
        rows = [_row(each) for each in listed]
        sections += [f"## {area}", table(["Id", "Level", "Side", "Requirement"], rows)]
    counts = f"{len(contract.requirements)} requirements."
    return page(
        contract,
        "Requirements",
        "What conformance means, one sentence at a time. Scenarios name the ids that they prove.",
        [counts, *sections],
    )


def _row(each: Requirement) -> list[str]:
    text = each.text if each.reason is None else f"{each.text} (Unobservable: {each.reason}.)"
    return [code(each.id), each.level, each.side, text]
