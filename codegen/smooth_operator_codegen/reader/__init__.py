"""The only code that interprets JSON Schema and the contract's data files; its output is the IR."""

from __future__ import annotations

from typing import Any

from smooth_operator_codegen.ir import Contract
from smooth_operator_codegen.reader.catalogue import read_catalogue
from smooth_operator_codegen.reader.checks import check
from smooth_operator_codegen.reader.definitions import read_definitions
from smooth_operator_codegen.reader.operations import read_operations
from smooth_operator_codegen.reader.texts import (
    read_lexical,
    read_requirements,
    read_sentences,
    read_tools,
)
from smooth_operator_codegen.reader.titles import find
from smooth_operator_codegen.refusal import SpecError
from smooth_operator_codegen.source import SpecFiles

AGENTS_FILE = "agents.schema.json"
__all__ = ["read"]


def read(files: SpecFiles) -> Contract:
    """The whole contract as an IR; raises SpecError at the first thing it does not model."""
    schemas = {
        path: document
        for path, document in files.documents.items()
        if path.endswith(".schema.json")
    }
    titles = find(schemas)
    definitions = read_definitions(titles)
    document = _document(files, "catalogue.json")
    catalogue = read_catalogue(document, titles)
    check(catalogue, definitions)
    operations = read_operations(document, titles)
    prompts = _document(files, "prompts.json")
    return Contract(
        version=files.version,
        protocol_version=catalogue.protocol_version,
        digest=files.digest,
        definitions=definitions,
        actions=catalogue.actions,
        events=catalogue.events,
        errors=catalogue.errors,
        capabilities=catalogue.capabilities,
        interactions=catalogue.interactions,
        close_codes=catalogue.close_codes,
        limits=catalogue.limits,
        metrics=operations.metrics,
        log_keys=operations.log_keys,
        routes=operations.routes,
        bodies=operations.bodies,
        sentences=read_sentences(prompts),
        tools=read_tools(prompts),
        lexical=read_lexical(_document(files, "lexical-tables.json")),
        requirements=read_requirements(_document(files, "requirements.json")),
        agents_file=titles.names.get((AGENTS_FILE, "")),
    )


def _document(files: SpecFiles, name: str) -> Any:
    if name not in files.documents:
        raise SpecError(name, "", "is missing", "add the file to spec/")
    return files.documents[name]
