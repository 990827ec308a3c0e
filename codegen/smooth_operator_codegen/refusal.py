"""The one error of the generator: what is wrong, where, and what to do about it."""

from __future__ import annotations


class SpecError(Exception):
    """A part of `spec/` that the generator will not guess about."""

    def __init__(self, file: str, pointer: str, problem: str, remedy: str) -> None:
        self.file = file
        self.pointer = pointer
        self.problem = problem
        self.remedy = remedy
        super().__init__(f"{file}#{pointer}: {problem}; {remedy}")
