"""The reference pages of the documentation: Markdown, one page a subject."""

from __future__ import annotations

from smooth_operator_codegen.ir import Contract

FOLDER = "docs/reference"


def emit_reference(contract: Contract) -> dict[str, str]:
    del contract
    return {}
