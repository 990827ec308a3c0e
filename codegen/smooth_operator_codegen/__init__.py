"""Turns `spec/` into the wire layer of every language: reader, frozen IR, pure emitters."""

from smooth_operator_codegen.reader import read
from smooth_operator_codegen.refusal import SpecError
from smooth_operator_codegen.source import SpecFiles, from_folder, from_revision

__all__ = ["SpecError", "SpecFiles", "from_folder", "from_revision", "read"]
