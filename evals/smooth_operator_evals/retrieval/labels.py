"""The labelled set and the floors: read from their files, unknown keys and documents refused."""

from __future__ import annotations

import tomllib
from collections.abc import Collection
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, Field, ValidationError, model_validator

from smooth_operator_evals.strict import Strict, fault

Kind = Literal[
    "words", "inflected", "paraphrase", "synonym", "several", "near", "german", "unicode", "typo",
    "unanswerable",
]  # fmt: skip


Model = TypeVar("Model", bound=BaseModel)


class LabelError(ValueError):
    """A file of the retrieval evals cannot be used; one line says where and why."""


class Query(Strict):
    """What somebody looks for, and the grade, 1 to 3, of each document that is relevant."""

    kind: Kind
    text: Annotated[str, Field(min_length=1)]
    relevant: dict[str, Annotated[int, Field(ge=1, le=3)]]

    @model_validator(mode="after")
    def _answerable(self) -> Query:
        if (self.kind == "unanswerable") != (not self.relevant):
            raise ValueError("only an unanswerable query has no relevant document")
        return self


class _Labels(Strict):
    query: Annotated[list[Query], Field(min_length=1)]


class Floor(Strict):
    """The least that CI accepts: means over the answerable queries."""

    ndcg_at_10: Annotated[float, Field(ge=0, le=1)]
    recall: dict[str, Annotated[float, Field(ge=0, le=1)]]
    """By k."""


def queries(documents: Collection[str], path: Path | None = None) -> list[Query]:
    """The labelled queries; `documents` are the ids that labels may name. Raises `LabelError`."""
    place = path or _ours("retrieval.toml")
    found = _read(_Labels, place).query
    texts = [query.text for query in found]
    if twice := next((text for text in texts if texts.count(text) > 1), None):
        raise LabelError(f"{place.name}: {twice!r} is there twice")
    for query in found:
        for name in query.relevant:
            if name not in documents:
                raise LabelError(f"{place.name}: {query.text!r} names {name}, which is no document")
    return found


def floor(path: Path | None = None) -> Floor:
    """What the figures are held to. Raises `LabelError`."""
    return _read(Floor, path or _ours("retrieval-floor.toml"))


def _ours(name: str) -> Traversable:
    return files("smooth_operator_evals") / "data" / name


def _read(model: type[Model], place: Traversable) -> Model:
    try:
        content: dict[str, Any] = tomllib.loads(place.read_text(encoding="utf-8"))
        return model.model_validate(content)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise LabelError(f"{place.name}: {error}") from None
    except ValidationError as error:
        raise LabelError(f"{place.name}: {fault(error)}") from None
