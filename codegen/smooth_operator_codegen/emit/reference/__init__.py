"""The reference pages of the documentation: Markdown, one page a subject."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from smooth_operator_codegen.emit.reference.frames import actions_page, events_page
from smooth_operator_codegen.emit.reference.lists import (
    capabilities_page,
    errors_page,
    limits_page,
    operations_page,
)
from smooth_operator_codegen.emit.reference.markdown import link, page
from smooth_operator_codegen.emit.reference.objects import agents_file_page, objects_page
from smooth_operator_codegen.emit.reference.places import places
from smooth_operator_codegen.emit.reference.requirements import requirements_page
from smooth_operator_codegen.ir import Contract

FOLDER = "docs/reference"

_PAGES: dict[str, tuple[str, Callable[[Contract, Mapping[str, str]], str]]] = {
    "actions": ("What a client may send", actions_page),
    "events": ("What a server may send", events_page),
    "objects": ("The shapes within frames", objects_page),
    "errors": ("Error codes and close codes", errors_page),
    "capabilities": ("Capabilities and cards", capabilities_page),
    "limits": ("Limits, timers and their settings", limits_page),
    "agents-file": ("The file that describes agents", agents_file_page),
    "operations": ("Metrics, logs, routes and bodies", operations_page),
    "requirements": ("Every MUST and SHOULD", requirements_page),
}


def emit_reference(contract: Contract) -> dict[str, str]:
    """Every page, and an index of them."""
    where = places(contract)
    files = {f"{FOLDER}/{name}.md": emit(contract, where) for name, (_, emit) in _PAGES.items()}
    index = "\n".join(f"- {link(title, f'{name}.md')}" for name, (title, _) in _PAGES.items())
    intro = "Generated from `spec/`, which is the only place where the protocol is written down."
    files[f"{FOLDER}/index.md"] = page(contract, "Reference", intro, [index])
    return files
