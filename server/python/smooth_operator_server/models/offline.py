"""The answerer for a machine without a gateway: quotes the retrieved passages, invents nothing."""

from __future__ import annotations

import asyncio
import re
import uuid
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from smooth_operator.protocol import prompts

from smooth_operator_server.engine.model import (
    Finished,
    Message,
    ModelCall,
    ModelDelta,
    ModelRequest,
    TextDelta,
)
from smooth_operator_server.json_text import write_json
from smooth_operator_server.knowledge.tokens import tokens

MODEL_NAME = "offline-extractive"
"""What a model is called that is none."""

MOST_SENTENCES = 3
_BLOCK = prompts.system_knowledge(documents="")
_PASSAGE = re.compile(r"(?:\A|\n\n)# ")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=\S)")
_MARKS = re.compile(r"^\s*(?:[-*+>]|\d+[.)])\s+|[*_`]{1,3}|\|")
_RULE = re.compile(r"[\s|:-]*")
_WORDS = re.compile(r"(?:\S+\s*){1,3}|\s+")


@dataclass(frozen=True, slots=True)
class Passage:
    """One document of the context block."""

    title: str
    sentences: tuple[str, ...]


Rule = Callable[[str], tuple[str, Mapping[str, Any]] | None]
"""Reads the user's message; gives a tool's name and its arguments, or None."""


class OfflineModel:
    """Answers from the context block of the system message (`ModelProvider`).

    It picks the sentences that share most with the question, from the one document that fits
    best, and says that no model wrote the answer. `rules` stand in for a model's choice of tools:
    the first that fits calls its tool, if the tool is offered. `pace` is the pause between
    deltas in seconds, so that a person sees an answer come. It counts no tokens.
    """

    def __init__(self, rules: Sequence[Rule] = (), *, pace: float = 0.0) -> None:
        self._rules = tuple(rules)
        self._pace = pace

    @property
    def configured(self) -> bool:
        return True

    def retries_total(self) -> int:
        return 0

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelDelta, None]:
        call = self._call(request)
        if call is not None:
            yield Finished("", (call,), finish_reason="tool_calls")
            return
        text = answer(request.messages)
        for piece in _WORDS.findall(text):
            yield TextDelta(piece)
            if self._pace:
                await asyncio.sleep(self._pace)
        yield Finished(text, finish_reason="stop")

    async def complete(self, request: ModelRequest) -> Finished:
        return Finished(answer(request.messages), finish_reason="stop")

    async def close(self) -> None:
        return None

    def _call(self, request: ModelRequest) -> ModelCall | None:
        if request.messages[-1].get("role") != "user":
            return None
        offered = {tool["function"]["name"] for tool in request.tools}
        for rule in self._rules:
            wanted = rule(_text_of("user", request.messages))
            if wanted is not None and wanted[0] in offered:
                return ModelCall(f"call-{uuid.uuid4().hex[:8]}", wanted[0], write_json(wanted[1]))
        return None


def answer(messages: Sequence[Message]) -> str:
    """The reply to the last user message, from the tools' results or the quoted passages."""
    if messages and messages[-1].get("role") == "tool":
        results = " ".join(_text_of_one(each) for each in _since_the_call(messages))
        return prompts.offline_after_tool(results=results)
    found = passages(_text_of("system", messages))
    if not found:
        return prompts.OFFLINE_NO_MATCH
    wanted = set(tokens(_text_of("user", messages)))
    best = max(found, key=lambda passage: max(_scores(passage, wanted)))
    return prompts.offline_answer(title=best.title, excerpt=excerpt(best, wanted))


def passages(system: str) -> list[Passage]:
    """The documents of the context block, in rank order."""
    _, _, block = system.rpartition(_BLOCK) if _BLOCK in system else ("", "", "")
    found = []
    for part in _PASSAGE.split(block):
        title, _, body = part.partition("\n")
        if read := sentences(body):
            found.append(Passage(title, tuple(read)))
    return found


def sentences(body: str) -> list[str]:
    """The readable sentences of a Markdown body: marks, rules and fences' edges gone."""
    found: list[str] = []
    for paragraph in re.split(r"\n\s*\n|\n(?=\s*(?:[-*+>|]|\d+[.)])\s)", body):
        lines = [
            " ".join(_MARKS.sub(" ", line).split())
            for line in paragraph.split("\n")
            if not _RULE.fullmatch(line) and not line.lstrip().startswith(("```", "~~~"))
        ]
        text = " ".join(line for line in lines if line)
        found += [sentence for sentence in _SENTENCE_END.split(text) if sentence]
    return found


def excerpt(passage: Passage, wanted: set[str]) -> str:
    """The best sentences in the order in which they stand; the first ones when none matches."""
    scores = _scores(passage, wanted)
    ranked = sorted(range(len(scores)), key=lambda place: (-scores[place], place))
    chosen = [place for place in ranked[:MOST_SENTENCES] if scores[place] >= scores[ranked[0]] / 2]
    return " ".join(passage.sentences[place] for place in sorted(chosen))


def _scores(passage: Passage, wanted: set[str]) -> list[int]:
    return [len(wanted.intersection(tokens(sentence))) for sentence in passage.sentences]


def _since_the_call(messages: Sequence[Message]) -> list[Message]:
    """The tool messages at the end, in order."""
    return list(takewhile(lambda each: each.get("role") == "tool", reversed(messages)))[::-1]


def _text_of(role: str, messages: Sequence[Message]) -> str:
    """The text of the last message of a role; images are passed over."""
    for message in reversed(messages):
        if message.get("role") == role:
            return _text_of_one(message)
    return ""


def _text_of_one(message: Message) -> str:
    content = message.get("content") or ""
    if isinstance(content, str):
        return content
    return " ".join(part.get("text", "") for part in content)
