"""Emits `prompts.py` and `lexical.py`: sentences, built-in tools and tables as data."""

from __future__ import annotations

from collections.abc import Iterator

from smooth_operator_codegen.emit.python.layout import (
    docstring,
    header,
    module,
    pretty,
    quote,
    signature,
    split,
)
from smooth_operator_codegen.emit.python.names import constant, snake
from smooth_operator_codegen.ir import BuiltInTool, Contract, Sentence


def emit_prompts(contract: Contract) -> str:
    """The text of `prompts.py`: a constant per sentence, a function where it has placeholders."""
    fixed = [each for each in contract.sentences if not each.placeholders]
    filled = [each for each in contract.sentences if each.placeholders]
    constants = "\n\n".join(
        f"{_wrapped(f'{constant(each.id)}: Final = ', each.text)}\n{docstring(each.doc, 0)}"
        for each in fixed
    )
    return module(
        header(contract, "Every sentence that a model, a visitor, a client or an operator reads.")
        + "\nfrom collections.abc import Mapping\nfrom typing import Any, Final\n\n"
        + constants,
        *(_function(each) for each in filled),
        _tools(contract.tools),
    )


def _function(sentence: Sentence) -> str:
    head = signature(
        f"def {snake(sentence.id)}",
        ["*", *(f"{snake(each)}: str" for each in sentence.placeholders)],
        " -> str:",
    )
    pieces = [
        snake(part) if position % 2 else quote(part)
        for position, part in enumerate(sentence.parts)
        if part
    ]
    joined = f"    return {' + '.join(pieces)}"
    if len(joined) > 100:
        inner = "".join(_pieces(pieces))
        joined = f"    return (\n{inner}    )"
    return f"{head}\n{docstring(sentence.doc, 4)}\n{joined}"


def _pieces(pieces: list[str]) -> Iterator[str]:
    for position, piece in enumerate(pieces):
        yield f"        {'+ ' if position else ''}{piece}\n"


def _wrapped(prefix: str, text: str) -> str:
    """An assignment whose text is split at blanks into adjacent literals when it is long."""
    line = f"{prefix}{quote(text)}"
    if len(line) <= 100:
        return line
    return f"{prefix}(\n" + "".join(f"    {each}\n" for each in split(text, 96)) + ")"


def _tools(tools: tuple[BuiltInTool, ...]) -> str:
    rows = "".join(
        f"    {quote(each.name)}: {{\n"
        f'        "name": {quote(each.name)},\n'
        f'        "description": {_inner(each.description)},\n'
        f"{pretty(quote('parameters') + ': ', dict(each.parameters), 8, ',')}\n"
        f"{pretty(quote('fill') + ': ', dict(each.fill), 8, ',')}\n"
        "    },\n"
        for each in tools
    )
    return f"TOOLS: Final[Mapping[str, Mapping[str, Any]]] = {{\n{rows}}}\n" + docstring(
        "Tools that servers offer by themselves, by name; `parameters` goes out with its keys in"
        " this order, and `fill` says what a server puts at a JSON pointer within them.",
        0,
    )


def _inner(text: str) -> str:
    if len(text) <= 72:
        return quote(text)
    return "(\n" + "".join(f"            {each}\n" for each in split(text, 88)) + "        )"


def emit_lexical(contract: Contract) -> str:
    """The text of `lexical.py`: the tables of lexical retrieval, ready for `str.translate`."""
    tables = contract.lexical
    fold = ", ".join(f"0x{point:04X}: {quote(text)}" for point, text in tables.fold)
    return module(
        header(contract, "The tables of lexical retrieval; ranges of code points are inclusive.")
        + "\nfrom collections.abc import Mapping\nfrom typing import Final\n\n"
        + _filled("FOLD: Final[Mapping[int, str]] = {", fold.split(", "), "}")
        + "\n"
        + docstring("What a code point becomes before it is classified.", 0)
        + "\n"
        + _ranges("DROP", tables.drop)
        + docstring("Code points that are skipped.", 0)
        + "\n"
        + _ranges("GRAM", tables.gram)
        + docstring("Scripts without spaces: read as pairs.", 0)
        + "\n"
        + _ranges("SEPARATOR", tables.separator)
        + docstring("What ends a word.", 0)
        + "\n"
        + _filled(
            "STOP_WORDS: Final[frozenset[str]] = frozenset({",
            [quote(each) for each in tables.stop_words],
            "})",
        )
        + "\n"
        + docstring("Words that carry no meaning of their own.", 0)
    )


def _ranges(name: str, ranges: tuple[tuple[int, int], ...]) -> str:
    parts = [f"(0x{low:04X}, 0x{high:04X})" for low, high in ranges]
    return _filled(f"{name}: Final[tuple[tuple[int, int], ...]] = (", parts, ")") + "\n"


def _filled(opening: str, parts: list[str], closing: str) -> str:
    """Many short parts, as many on a line as fit: one to a line would be pages of it."""
    rows: list[str] = []
    row = "   "
    for part in parts:
        if len(row) + len(part) + 2 > 100:
            rows.append(row)
            row = "   "
        row += f" {part},"
    body = "\n".join([*rows, row])
    return f"# fmt: off\n{opening}\n{body}\n{closing}\n# fmt: on"
