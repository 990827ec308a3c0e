"""A real HTTP gateway that plays two models: one that answers, one that judges by a rule."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from smooth_operator_evals.answering.listening import bound, listening
from smooth_operator_evals.answering.script import Script, ScriptError, events
from smooth_operator_evals.judge.gate import JudgeSettings
from smooth_operator_evals.judge.rubric import CLOSING, OPENING
from smooth_operator_evals.questions import Question

KEY = "sk-never-to-be-seen"
ANSWERER, JUDGE = "an-answerer", "a-judge"


def material(prompt: str) -> dict[str, Any]:
    """What a reader of the prompt finds between its marked lines."""
    body = prompt.split(f"\n{OPENING}\n")[1].split(f"\n{CLOSING}\n")[0]
    labels = ("Input", "Expected Output", "Actual Output")
    lines = [line.strip() for line in body.split("\n") if line.strip()]
    assert lines[::2] == [f"{label}:" for label in labels]
    return dict(zip(labels, map(json.loads, lines[1::2]), strict=True))


Rule = Callable[[dict[str, Any]], tuple[int, dict[str, Any] | str]]
"""What was read from the prompt, to a status and the reply's text (200) or body."""


def by_the_figure(read: dict[str, Any]) -> tuple[int, str]:
    """A judge that wants the reference's first figure, or its refusal, in the last answer."""
    reference, answer = read["Expected Output"], read["Actual Output"][-1]["assistant"]
    figures = [word.strip(".,:") for word in reference.split() if any(c.isdigit() for c in word)]
    good = figures[0] in answer if figures else reference.split()[-1].strip(".") in answer
    score = 5 if good else 1
    return 200, json.dumps(
        {"reason": f"the figure is {'' if good else 'not '}there", "score": score}
    )


@dataclass
class Scripted:
    """The gateway of a test. `rule` judges; `bad` lets the answerer say its seeded bad answers."""

    questions: list[Question]
    url: str = ""
    rule: Rule = by_the_figure
    bad: bool = False
    prompts: list[str] = field(default_factory=list)
    keys: set[str | None] = field(default_factory=set)

    @property
    def settings(self) -> JudgeSettings:
        return JudgeSettings(self.url, JUDGE, key=KEY)

    @property
    def env(self) -> dict[str, str]:
        return {
            "SMOOTH_AGENT_E2E": "1",
            "SMOOAI_GATEWAY_KEY": KEY,
            "SMOOAI_GATEWAY_URL": self.url,
            "SMOOTH_AGENT_MODEL": ANSWERER,
            "SMOOTH_AGENT_JUDGE_MODEL": JUDGE,
        }

    async def complete(self, request: web.Request) -> web.StreamResponse:
        self.keys.add(request.headers.get("Authorization"))
        body = await request.json()
        if body["model"] == JUDGE:
            return self._judge(body["messages"][-1]["content"])
        said = [each["content"] for each in body["messages"] if each["role"] == "user"][-1]
        question = next(q for q in self.questions if any(turn.say == said for turn in q.turns))
        script = Script(question, question.bad[0] if self.bad else None)
        try:
            step = script.step(body["messages"])
        except ScriptError as error:
            return web.json_response({"error": {"message": str(error)}}, status=400)
        return web.Response(text=events(step, ANSWERER), content_type="text/event-stream")

    def _judge(self, prompt: str) -> web.Response:
        self.prompts.append(prompt)
        status, reply = self.rule(material(prompt))
        if isinstance(reply, str):
            reply = {"choices": [{"message": {"role": "assistant", "content": reply}}]}
        return web.json_response(reply, status=status)


@asynccontextmanager
async def serving(questions: list[Question]) -> AsyncIterator[Scripted]:
    sock, url = bound()
    scripted = Scripted(questions, f"{url}/v1")
    async with listening(sock, {"/v1/chat/completions": scripted.complete}):
        yield scripted
