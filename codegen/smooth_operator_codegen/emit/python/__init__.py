"""The Python wire layer: pydantic models from datamodel-code-generator, the rest is ours."""

from __future__ import annotations

from collections.abc import Callable

from smooth_operator_codegen.emit.python.codes import emit_codes, emit_limits
from smooth_operator_codegen.emit.python.decode import emit_decode
from smooth_operator_codegen.emit.python.dispatch import emit_dispatch
from smooth_operator_codegen.emit.python.encode import emit_encode
from smooth_operator_codegen.emit.python.events import emit_events
from smooth_operator_codegen.emit.python.layout import header
from smooth_operator_codegen.emit.python.models import emit_base, emit_models
from smooth_operator_codegen.emit.python.requirements import emit_requirements
from smooth_operator_codegen.emit.python.stubs import emit_stubs
from smooth_operator_codegen.emit.python.texts import emit_lexical, emit_prompts
from smooth_operator_codegen.emit.python.validate import emit_validate
from smooth_operator_codegen.ir import Contract

FOLDER = "clients/python/smooth_operator/protocol"

_MODULES: dict[str, Callable[[Contract], str]] = {
    "base": emit_base,
    "codes": emit_codes,
    "decode": emit_decode,
    "dispatch": emit_dispatch,
    "encode": emit_encode,
    "events": emit_events,
    "lexical": emit_lexical,
    "limits": emit_limits,
    "prompts": emit_prompts,
    "requirements": emit_requirements,
    "stubs": emit_stubs,
    "validate": emit_validate,
}


def emit_python(contract: Contract) -> dict[str, str]:
    """Every file but the models, which `emit_python_models` makes (and which take their time)."""
    files = {f"{FOLDER}/{name}.py": emit(contract) for name, emit in _MODULES.items()}
    title = "The wire layer, generated from the contract."
    files[f"{FOLDER}/__init__.py"] = header(contract, title).split("\n\nfrom")[0] + "\n"
    return files


def emit_python_models(contract: Contract) -> dict[str, str]:
    """`models.py`."""
    return {f"{FOLDER}/models.py": emit_models(contract)}
