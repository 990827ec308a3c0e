"""The reference pages are complete and their links lead somewhere."""

from __future__ import annotations

import json
import re
from pathlib import PurePosixPath

import pytest
from smooth_operator_codegen.emit.reference import FOLDER, emit_reference
from smooth_operator_codegen.emit.reference.markdown import anchor, cell, table
from smooth_operator_codegen.ir import Contract, EnumDef, ObjectDef


@pytest.fixture(scope="module")
def pages(contract: Contract) -> dict[str, str]:
    return {PurePosixPath(path).name: text for path, text in emit_reference(contract).items()}


def test_every_link_leads_to_a_heading(pages: dict[str, str]) -> None:
    headings = {
        name: {anchor(each) for each in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}
        for name, text in pages.items()
    }
    followed = 0
    for text in pages.values():
        for target in re.findall(r"\]\(([^)]+)\)", text):
            page, _, fragment = target.partition("#")
            followed += 1
            if page:
                assert page in pages, target
                assert not fragment or fragment in headings[page], target
    assert followed > 100


def test_every_definition_and_field_is_described(contract: Contract, pages: dict[str, str]) -> None:
    everything = "\n".join(pages.values())
    for each in contract.definitions:
        if isinstance(each, ObjectDef):
            for field in each.fields:
                assert cell(field.doc) in everything, f"{each.name}.{field.name}"
        if isinstance(each, EnumDef):
            assert all(f"`{value}`" in everything for value in each.values)


@pytest.mark.parametrize(
    ("page", "names"),
    [
        ("actions.md", "actions"),
        ("events.md", "events"),
        ("errors.md", "errors"),
        ("capabilities.md", "capabilities"),
        ("limits.md", "limits"),
        ("operations.md", "metrics"),
        ("requirements.md", "requirements"),
    ],
)
def test_every_page_names_all_that_it_lists(
    contract: Contract, pages: dict[str, str], page: str, names: str
) -> None:
    for each in getattr(contract, names):
        key = next(k for k in ("name", "type", "code", "id") if hasattr(each, k))
        assert f"`{getattr(each, key)}`" in pages[page]


def test_examples_are_json(pages: dict[str, str]) -> None:
    blocks = [
        block
        for text in pages.values()
        for block in re.findall(r"```json\n(.*?)\n```", text, re.DOTALL)
    ]
    assert len(blocks) > 100
    for block in blocks:
        json.loads(block)


def test_the_index_names_every_page(pages: dict[str, str]) -> None:
    for name in pages:
        assert name == "index.md" or f"({name})" in pages["index.md"]
    assert FOLDER == "docs/reference"


def test_cells_cannot_break_a_table() -> None:
    made = table(["a", "b"], [["x|y", "two\nlines"], ["", "z"]])
    assert made.split("\n") == ["| a | b |", "|---|---|", "| x\\|y | two lines |", "| – | z |"]
