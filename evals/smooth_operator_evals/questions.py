"""What a question is, and how its file is read; a key that nobody knows is refused."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from fnmatch import fnmatchcase
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, Field, ValidationError, model_validator

from smooth_operator_evals.strict import Strict, fault

Area = Literal["grounding", "memory", "refusal", "tools", "tone"]
Needs = Literal["documents", "model"]
Check = Literal[
    "cites", "cites_none", "says", "says_not", "refuses", "tools", "longest", "language"
]
CHECKS: tuple[Check, ...] = get_args(Check)
"""The graders by the key that asks for them."""


class QuestionError(ValueError):
    """A question file cannot be used; the text is one line that names file, place and fault."""


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"{text!r} is no regular expression: {error}") from None
    return text


Pattern = Annotated[str, Field(min_length=1), AfterValidator(_pattern)]
Text = Annotated[str, Field(min_length=1)]


class Call(Strict):
    """A tool call that is expected: its name, and the arguments that it must be given."""

    name: Text
    arguments: dict[str, Any] = Field(default_factory=dict)


class Step(Strict):
    """One answer of the scripted model: text or a tool call.

    `given`: texts that the request must hold, or the model says that nobody told it; so a server
    that forgets or finds nothing is caught by a model that would know the answer.
    """

    text: Text | None = None
    call: Text | None = None
    arguments: dict[str, Any] = Field(default_factory=dict)
    given: tuple[Text, ...] = Field(default=(), strict=False)

    @model_validator(mode="after")
    def _one_of_two(self) -> Step:
        if (self.text is None) == (self.call is None):
            raise ValueError("a step has either text or call")
        return self


Steps = Annotated[tuple[Step, ...], Field(min_length=1, strict=False)]


class Expect(Strict):
    """What the graders hold an answer to. A key that is absent asks for nothing.

    `says` and `says_not` are regular expressions (alternatives with `|`), searched without regard
    to case; `tools` are the calls of the turn, each exactly once, and `[]` means none at all;
    `longest` counts characters; `cites` names documents that must be among the citations.
    """

    cites: tuple[Text, ...] = Field(default=(), strict=False)
    cites_none: bool = False
    says: tuple[Pattern, ...] = Field(default=(), strict=False)
    says_not: tuple[Pattern, ...] = Field(default=(), strict=False)
    refuses: bool = False
    tools: tuple[Call, ...] | None = Field(default=None, strict=False)
    longest: Annotated[int, Field(gt=0)] | None = None
    language: Literal["en", "de"] | None = None

    @property
    def asked(self) -> tuple[str, ...]:
        """The graders that have something to say, in their fixed order."""
        defaults = type(self).model_fields
        return tuple(name for name in CHECKS if getattr(self, name) != defaults[name].default)


class Turn(Strict):
    """One message of the visitor. `approve` answers a confirmation that the turn asks for."""

    say: Text
    approve: bool | None = None
    expect: Expect = Expect()
    good: Steps


class Bad(Strict):
    """A seeded misbehaviour in one turn (the last unless `turn` says), and who must object."""

    name: Text
    fails: Annotated[tuple[Check, ...], Field(min_length=1, strict=False)]
    turn: Annotated[int, Field(gt=0)] | None = None
    steps: Steps


class Question(Strict):
    """A conversation with what its answers must be.

    `needs` says who can pass it: `documents` also the offline answerer, which only quotes;
    `model` a language model, or a script in its place. `reference` is what the judge compares
    with.
    """

    name: Text
    area: Area
    needs: Needs
    about: Text
    reference: Text
    agent: Text = "desk"
    turns: Annotated[tuple[Turn, ...], Field(min_length=1, strict=False)]
    bad: Annotated[tuple[Bad, ...], Field(min_length=1, strict=False)]

    @model_validator(mode="after")
    def _coherent(self) -> Question:
        if not any(turn.expect.asked for turn in self.turns):
            raise ValueError("no turn expects anything")
        for bad in self.bad:
            place = bad.turn or len(self.turns)
            if place > len(self.turns):
                raise ValueError(f"bad {bad.name!r}: there is no turn {place}")
            asked = self.turns[place - 1].expect.asked
            if missing := [check for check in bad.fails if check not in asked]:
                raise ValueError(f"bad {bad.name!r}: turn {place} asks for no {missing[0]!r}")
        return self


def load(folder: Path | None = None, only: Sequence[str] = ()) -> list[Question]:
    """The questions of a folder (ours when None), by area and name. `only`: globs over names, areas
    and `area/name`.

    Raises `QuestionError` for a file that is no question, and when nothing is left.
    """
    place: Traversable = folder if folder is not None else files(__package__) / "data/questions"
    found = sorted(
        (read(entry) for entry in place.iterdir() if entry.name.endswith(".toml")),
        key=lambda question: (question.area, question.name),
    )
    if not found:
        raise QuestionError(f"no *.toml question in {place}")
    chosen = [
        question for question in found if not only or any(_meant(question, glob) for glob in only)
    ]
    if not chosen:
        raise QuestionError(f"--only {' '.join(only)}: no such question; `list` shows their names")
    return chosen


def _meant(question: Question, glob: str) -> bool:
    names = (question.name, question.area, f"{question.area}/{question.name}")
    return any(fnmatchcase(name, glob) for name in names)


def read(entry: Traversable) -> Question:
    """One file; its name is the question's."""
    name = entry.name.removesuffix(".toml")
    try:
        content = tomllib.loads(entry.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise QuestionError(f"{entry.name}: no TOML: {error}") from None
    if "name" in content:
        raise QuestionError(f"{entry.name}: name: leave it out, the file's name is the name")
    try:
        return Question.model_validate({"name": name, **content})
    except ValidationError as error:
        raise QuestionError(f"{entry.name}: {fault(error)}") from None
