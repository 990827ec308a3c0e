"""Reads the data beside the schemas: sentences, built-in tools, lexical tables, requirements."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from smooth_operator_codegen.ir import BuiltInTool, LexicalTables, Requirement, Sentence
from smooth_operator_codegen.reader.node import Node

_ID = re.compile(r"[a-z][a-z0-9_]*\Z")
_REQUIREMENT = re.compile(r"[A-Z]+-\d{3}\Z")


def read_sentences(document: Any) -> tuple[Sentence, ...]:
    """Every fixed sentence of `prompts.json`, split at its own placeholders."""
    root = Node("prompts.json", "", document)
    root.only({"$schema", "$comment", "description", "sentences", "tools"}, "the prompts")
    return tuple(_sentence(each, key) for key, each in root.child("sentences").entries())


def _sentence(node: Node, key: str) -> Sentence:
    node.only(
        {"id", "audience", "text", "placeholders", "description", "contractual"}, "a sentence"
    )
    if not _ID.match(key):
        node.refuse(f"{key!r} is no sentence id", "write it in snake_case")
    if node.child("id").value != key:
        node.child("id").refuse("is not the key it stands under", "let both agree")
    names = node.child("placeholders").strings()
    text = node.child("text").string()
    parts = _split(text, names)
    for name in names:
        if name not in parts[1::2]:
            node.child("placeholders").refuse(f"{{{name}}} is not in the text", "use it or drop it")
    return Sentence(
        id=key,
        audience=node.child("audience").string(),
        text=text,
        placeholders=names,
        parts=parts,
        doc=node.child("description").string(),
        contractual=node.flag("contractual"),
    )


def _split(text: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """Literal, name, literal, …; braces around anything else are literal."""
    if not names:
        return (text,)
    return tuple(re.split(r"\{(" + "|".join(map(re.escape, names)) + r")\}", text))


def read_tools(document: Any) -> tuple[BuiltInTool, ...]:
    """The tools that servers offer to the model by themselves."""
    return tuple(
        _tool(each, key)
        for key, each in Node("prompts.json", "", document).child("tools").entries()
    )


def _tool(node: Node, key: str) -> BuiltInTool:
    node.only({"name", "description", "parameters", "fill"}, "a built-in tool")
    if node.child("name").value != key:
        node.child("name").refuse("is not the key it stands under", "let both agree")
    fill = node.maybe("fill")
    return BuiltInTool(
        name=key,
        description=node.child("description").string(),
        parameters=node.child("parameters").object(),
        fill=tuple((path, why.string()) for path, why in fill.entries()) if fill else (),
    )


def read_lexical(document: Any) -> LexicalTables:
    """The tables of lexical retrieval; hexadecimal texts become code points."""
    root = Node("lexical-tables.json", "", document)
    root.only({"$comment", "fold", "drop", "gram", "separator", "stopWords"}, "the tables")
    return LexicalTables(
        fold=tuple(
            (_code_point(each, key), each.string()) for key, each in root.child("fold").entries()
        ),
        drop=tuple(_ranges(root.child("drop"))),
        gram=tuple(_ranges(root.child("gram"))),
        separator=tuple(_ranges(root.child("separator"))),
        stop_words=root.child("stopWords").strings(),
    )


def _ranges(node: Node) -> Iterator[tuple[int, int]]:
    for each in node.items():
        low, high = each.strings()
        first, last = _code_point(each, low), _code_point(each, high)
        if first > last:
            each.refuse("is a range that ends before it begins", "write the lower end first")
        yield first, last


def _code_point(node: Node, text: str) -> int:
    try:
        found = int(text, 16)
    except ValueError:
        found = -1
    if not 0 <= found <= 0x10FFFF:
        node.refuse(f"{text!r} is no code point", "write 4 to 6 hexadecimal digits")
    return found


def read_requirements(document: Any) -> tuple[Requirement, ...]:
    """Every MUST and SHOULD, in file order."""
    found = tuple(_requirement(each) for each in Node("requirements.json", "", document).items())
    seen: set[str] = set()
    for position, each in enumerate(found):
        if each.id in seen:
            Node("requirements.json", f"/{position}/id", each.id).refuse(
                f"{each.id!r} is listed twice", "number every requirement once"
            )
        seen.add(each.id)
    return found


def _requirement(node: Node) -> Requirement:
    node.only({"id", "level", "side", "text", "place", "observable", "reason"}, "a requirement")
    name = node.child("id")
    if not _REQUIREMENT.match(name.string()):
        name.refuse(f"{name.value!r} is no requirement id", "write AREA-NNN")
    observable = node.child("observable").boolean()
    if not observable and not node.has("reason"):
        node.refuse("is unobservable without a reason", "say why nobody can see it from outside")
    return Requirement(
        id=name.string(),
        level=node.child("level").string(),
        side=node.child("side").string(),
        text=node.child("text").string(),
        place=node.child("place").string(),
        observable=observable,
        reason=node.text_or_none("reason"),
    )
