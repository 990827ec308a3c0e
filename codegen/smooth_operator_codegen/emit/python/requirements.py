"""Emits `requirements.py`: which rules speak of which frame, for people who watch the wire."""

from __future__ import annotations

from smooth_operator_codegen.emit.python.layout import docstring, header, pretty
from smooth_operator_codegen.ir import Contract


def emit_requirements(contract: Contract) -> str:
    """The text of `requirements.py`: ids by action and by event, sentences by id."""
    by_action = {
        each.name: _ids(contract, each.file, f"/actions/{each.name}") for each in contract.actions
    }
    by_event = {
        each.type: _ids(contract, each.file, f"/events/{each.type}") for each in contract.events
    }
    texts = {each.id: each.text for each in contract.requirements}
    return "\n".join(
        [
            header(contract, "Every MUST and SHOULD, and the frames that it speaks of."),
            "from collections.abc import Mapping",
            "from typing import Final",
            "",
            pretty("BY_ACTION: Final[Mapping[str, list[str]]] = ", by_action, 0),
            docstring("Requirement ids by action.", 0),
            "",
            pretty("BY_EVENT: Final[Mapping[str, list[str]]] = ", by_event, 0),
            docstring("Requirement ids by event type.", 0),
            "",
            pretty("TEXTS: Final[Mapping[str, str]] = ", texts, 0),
            docstring("What each one asks, by id.", 0),
            "",
        ]
    )


def _ids(contract: Contract, file: str, entry: str) -> list[str]:
    return [each.id for each in contract.requirements if each.speaks_of(file, entry)]
