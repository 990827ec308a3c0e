"""A document into chunks: sections by headings, blocks by blank lines, pieces by length."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST_CHUNK = 1000
_BLANKS = " \t\n"
_HEADING = re.compile(r"(#{1,6})[ \t](.*)")
_FENCE = re.compile(r" {0,3}(```|~~~)")


@dataclass(frozen=True, slots=True)
class Section:
    """What stands under one heading: the path of headings to it, and its blocks."""

    path: tuple[str, ...]
    blocks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage. `body` is what is shown; the index also holds the title and the path."""

    path: tuple[str, ...]
    body: str

    def indexed(self, title: str) -> str:
        return f"{title}\n{' > '.join(self.path)}\n{self.body}"


def clean(text: str) -> str:
    """Without a byte order mark, and with LF as the only line end."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def chunks(text: str, *, headings: bool = True) -> list[Chunk]:
    """The chunks of a clean text, in order; `headings` is false for plain text files."""
    return [
        Chunk(section.path, body)
        for section in sections(text, headings=headings)
        for body in _packed(section.blocks)
    ]


def title(text: str) -> str | None:
    """The first heading of level 1, if there is one that says something."""
    for line, fenced in _lines(text):
        if not fenced and (heading := _HEADING.fullmatch(line)) and heading[1] == "#":
            return _heading_text(heading) or None
    return None


def sections(text: str, *, headings: bool) -> Iterator[Section]:
    path: list[tuple[int, str]] = []
    blocks: list[str] = []
    block: list[str] = []

    def finished() -> Section:
        _end_block(block, blocks)
        section = Section(tuple(name for _, name in path), tuple(blocks))
        blocks.clear()
        return section

    for line, fenced in _lines(text):
        if headings and not fenced and (heading := _HEADING.fullmatch(line)):
            yield finished()
            level = len(heading[1])
            while path and path[-1][0] >= level:
                path.pop()
            path.append((level, _heading_text(heading)))
        elif fenced or line.strip(_BLANKS):
            block.append(line)
        else:
            _end_block(block, blocks)
    yield finished()


def _end_block(block: list[str], blocks: list[str]) -> None:
    if block:
        blocks.append("\n".join(block))
        block.clear()


def _lines(text: str) -> Iterator[tuple[str, bool]]:
    """Every line, and whether it belongs to a fence (its marks included)."""
    mark = ""
    for line in text.split("\n"):
        fence = _FENCE.match(line)
        if mark:
            yield line, True
            if fence and fence[1] == mark:
                mark = ""
        else:
            mark = fence[1] if fence else ""
            yield line, bool(fence)


def _heading_text(heading: re.Match[str]) -> str:
    return heading[2].rstrip("# \t").lstrip(" \t")


def _packed(blocks: tuple[str, ...]) -> Iterator[str]:
    body = ""
    for block in blocks:
        for piece in _pieces(block):
            if not body:
                body = piece
            elif len(body) + 2 + len(piece) <= LONGEST_CHUNK:
                body = f"{body}\n\n{piece}"
            else:
                yield body
                body = piece
    if body:
        yield body


def _pieces(block: str) -> Iterator[str]:
    while len(block) > LONGEST_CHUNK:
        cut = _cut(block[:LONGEST_CHUNK])
        if piece := block[:cut].strip(_BLANKS):
            yield piece
        block = block[cut:].strip(_BLANKS)
    if block:
        yield block


def _cut(window: str) -> int:
    """How much of a full window to take. 0 still makes progress: a leading blank is stripped."""
    if (line := window.rfind("\n")) >= 0:
        return line
    if (sentence := window.rfind(". ")) >= 0:
        return sentence + 1
    if (space := window.rfind(" ")) >= 0:
        return space
    return len(window)
