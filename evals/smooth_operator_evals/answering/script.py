"""A model that is no model: answers over HTTP what a question's file says, good or bad.

It proves the graders and the server between them, never anybody's quality.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

from aiohttp import web

from smooth_operator_evals.answering.listening import bound, listening
from smooth_operator_evals.questions import Bad, Question, Step

NOT_TOLD = "I was not told that."
"""What the script says when the request lacks what its answer rests on."""


def script_name(question: Question, bad: Bad | None = None) -> str:
    """The model's name that selects a script."""
    return f"bad/{question.name}/{bad.name}" if bad else f"good/{question.name}"


def scripts(questions: Iterable[Question]) -> dict[str, str]:
    """Every script of the questions, to the agent that it speaks through."""
    return {
        script_name(question, bad): question.agent
        for question in questions
        for bad in (None, *question.bad)
    }


class ScriptError(Exception):
    """The server asked something that no script has an answer to."""


class Script:
    """The answers of one conversation, by the visitor's message."""

    def __init__(self, question: Question, bad: Bad | None = None) -> None:
        self._turns: dict[str, Sequence[Step]] = {turn.say: turn.good for turn in question.turns}
        if bad is not None:
            place = (bad.turn or len(question.turns)) - 1
            self._turns[question.turns[place].say] = bad.steps

    def step(self, messages: Sequence[Mapping[str, Any]]) -> Step:
        """What to answer to a request; raises `ScriptError`."""
        place = max(
            (i for i, each in enumerate(messages) if each.get("role") == "user"), default=-1
        )
        said = _text(messages[place]) if place >= 0 else ""
        steps = self._turns.get(said)
        if steps is None:
            raise ScriptError(f"no turn of the question says {said!r}")
        number = len([each for each in messages[place:] if each.get("role") == "assistant"])
        if number >= len(steps):
            raise ScriptError(f"asked {number + 1} times, there are {len(steps)} steps")
        told = "\n".join(_text(each) for each in messages)
        if all(text in told for text in steps[number].given):
            return steps[number]
        return Step(text=NOT_TOLD)


def _text(message: Mapping[str, Any]) -> str:
    content = message.get("content") or ""
    if isinstance(content, str):
        return content
    return " ".join(part.get("text", "") for part in content)


@asynccontextmanager
async def script_gateway(questions: Sequence[Question]) -> AsyncIterator[str]:
    """Serve the scripts as models; gives the gateway's URL."""
    known = {
        script_name(question, bad): Script(question, bad)
        for question in questions
        for bad in (None, *question.bad)
    }

    async def complete(request: web.Request) -> web.StreamResponse:
        body = await request.json()
        try:
            script = known.get(body["model"])
            if script is None:
                raise ScriptError(f"no script {body['model']!r}")
            step = script.step(body["messages"])
        except ScriptError as error:
            return web.json_response({"error": {"message": str(error)}}, status=400)
        if body.get("stream"):
            return web.Response(text=events(step, body["model"]), content_type="text/event-stream")
        return web.json_response(_whole(step, body["model"]))

    sock, url = bound()
    async with listening(sock, {"/v1/chat/completions": complete}):
        yield f"{url}/v1"


def _message(step: Step) -> dict[str, Any]:
    if step.call is None:
        return {"role": "assistant", "content": step.text}
    function = {"name": step.call, "arguments": json.dumps(step.arguments, ensure_ascii=False)}
    call = {"index": 0, "id": f"call_{uuid4().hex[:8]}", "type": "function", "function": function}
    return {"role": "assistant", "content": None, "tool_calls": [call]}


def _reason(step: Step) -> str:
    return "tool_calls" if step.call else "stop"


def _whole(step: Step, model: str) -> dict[str, Any]:
    choice = {"index": 0, "message": _message(step), "finish_reason": _reason(step)}
    return {"id": "scripted", "object": "chat.completion", "model": model, "choices": [choice]}


def events(step: Step, model: str) -> str:
    """The step as the event stream of a chat completion."""
    head = {"id": "scripted", "object": "chat.completion.chunk", "model": model}
    choices = (
        {"index": 0, "delta": _message(step), "finish_reason": None},
        {"index": 0, "delta": {}, "finish_reason": _reason(step)},
    )
    chunks = [json.dumps({**head, "choices": [choice]}) for choice in choices]
    return "".join(f"data: {chunk}\n\n" for chunk in (*chunks, "[DONE]"))
