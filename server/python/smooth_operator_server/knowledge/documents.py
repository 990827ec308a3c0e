"""Documents from folders and from configuration; what cannot be read is left out and logged."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeAlias

from smooth_operator_server.knowledge.chunks import Chunk, chunks, clean, title
from smooth_operator_server.knowledge.html import markdown

_log = logging.getLogger(__name__)

LARGEST_FILE = 1024 * 1024
_HTML = frozenset({".html", ".htm"})
_TEXT = ".txt"
_KINDS = frozenset({".md", ".markdown", _TEXT}) | _HTML


class Inline(Protocol):
    """A document right here, in the configuration."""

    @property
    def source(self) -> str: ...
    @property
    def content(self) -> str: ...
    @property
    def url(self) -> str | None: ...


Source: TypeAlias = str | Path | Inline
"""A folder, or a document."""


class KnowledgeError(ValueError):
    """The knowledge cannot be used as configured; the text is one line for the operator."""


@dataclass(frozen=True, slots=True)
class Document:
    """A document, cut into chunks. `url` only where a person can open it."""

    id: str
    title: str
    chunks: tuple[Chunk, ...]
    url: str | None = None


def load(sources: Sequence[Source]) -> list[Document]:
    """Read every source. Raises `KnowledgeError` for a folder that is none."""
    documents: list[Document] = []
    for source in sources:
        if isinstance(source, str | Path):
            documents += _folder(Path(source))
        else:
            documents.append(inline(source.source, source.content, source.url))
    return documents


def inline(source: str, content: str, url: str | None = None) -> Document:
    """A document of the configuration: its source is its id and title, its text is Markdown."""
    return Document(source, source, tuple(chunks(clean(content))), _web(url) or _web(source))


def _folder(root: Path) -> Iterator[Document]:
    if not root.is_dir():
        raise KnowledgeError(f"knowledge folder not found: {root}")
    for path in _files(root):
        if (text := _read(path)) is not None:
            yield document(path.relative_to(root).as_posix(), text)


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.is_symlink():
            continue
        if path.is_dir():
            yield from _files(path)
        elif path.suffix.lower() in _KINDS and path.is_file():
            yield path


def _read(path: Path) -> str | None:
    try:
        if path.stat().st_size > LARGEST_FILE:
            reason = "larger than 1 MiB"
        else:
            return path.read_bytes().decode()
    except UnicodeDecodeError:
        reason = "not valid UTF-8"
    except OSError:
        reason = "not readable"
    _log.warning(
        "knowledge file left out: %s is %s", path, reason, extra={"event": "knowledge_skipped"}
    )
    return None


def document(name: str, text: str) -> Document:
    """A document of a folder: its relative path is its id, its extension says how to read it."""
    text = clean(text)
    suffix = Path(name).suffix.lower()
    if suffix == _TEXT:
        return Document(name, name, tuple(chunks(text, headings=False)))
    if suffix in _HTML:
        text = markdown(text)
    return Document(name, title(text) or name, tuple(chunks(text)))


def _web(address: str | None) -> str | None:
    if address and address.lower().startswith(("https://", "http://")):
        return address
    return None
