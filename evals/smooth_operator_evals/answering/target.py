"""A target: a server that can be asked, and what is known about who answers there."""

from __future__ import annotations

import json
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

from pydantic import SecretStr
from smooth_operator_server import Settings, serve_local
from smooth_operator_server.models.offline import MODEL_NAME as OFFLINE
from smooth_operator_server.models.offline import OfflineModel

from smooth_operator_evals.answering.agents import agent_id, agents_file
from smooth_operator_evals.answering.script import script_gateway, script_name, scripts
from smooth_operator_evals.answering.tools import ToolHost, tool_host
from smooth_operator_evals.questions import Bad, Question

SCRIPTED = "scripted"
SEEDED = "seeded bad script"
UNKNOWN = "the target's model"
NO_MODEL = {
    OFFLINE: "quotes the documents it finds; no language model",
    SCRIPTED: "what the question's file says; proves server and graders, no model's quality",
    SEEDED: "wrong on purpose, from the question's file; no language model",
}
"""Who answers without being a language model, and what that is worth."""
CORPUS = "data/corpus"


@dataclass(frozen=True, slots=True)
class Target:
    """Where questions go. `model` says who answers; `tools` is None where they are not ours."""

    url: str
    model: str
    token: str | None = None
    tools: ToolHost | None = None
    scripted: bool = False

    def agent(self, question: Question, bad: Bad | None = None) -> str:
        """Whom to ask: the question's agent, or the variant that speaks its script."""
        return agent_id(script_name(question, bad)) if self.scripted else agent_id(question.agent)


@dataclass(frozen=True, slots=True)
class Gateway:
    """A real model behind an OpenAI-compatible address. `url` None: the server's default one."""

    key: str
    model: str
    url: str | None = None


@asynccontextmanager
async def offline_target() -> AsyncIterator[Target]:
    """Our server with the evals' knowledge, answered by the offline answerer."""
    async with AsyncExitStack() as stack:
        tools = await stack.enter_async_context(tool_host())
        settings = _settings(stack, tools)
        server = await stack.enter_async_context(serve_local(settings, model=OfflineModel()))
        yield Target(server.ws_url, OFFLINE, tools=tools)


@asynccontextmanager
async def scripted_target(questions: Sequence[Question]) -> AsyncIterator[Target]:
    """Our server, its gateway a script that answers as the questions' files say."""
    async with AsyncExitStack() as stack:
        tools = await stack.enter_async_context(tool_host())
        gateway = await stack.enter_async_context(script_gateway(questions))
        settings = _settings(stack, tools, scripts(questions)).model_copy(
            update={"gateway_url": gateway, "model": "unscripted", "model_attempts": 1}
        )
        server = await stack.enter_async_context(serve_local(settings))
        yield Target(server.ws_url, SCRIPTED, tools=tools, scripted=True)


@asynccontextmanager
async def gateway_target(gateway: Gateway) -> AsyncIterator[Target]:
    """Our server with a real model."""
    async with AsyncExitStack() as stack:
        tools = await stack.enter_async_context(tool_host())
        settings = _settings(stack, tools).model_copy(
            update={
                "gateway_url": gateway.url,
                "gateway_key": SecretStr(gateway.key),
                "model": gateway.model,
            }
        )
        server = await stack.enter_async_context(serve_local(settings))
        yield Target(server.ws_url, gateway.model, tools=tools)


@asynccontextmanager
async def running_target(url: str, token: str | None, listen: str | None) -> AsyncIterator[Target]:
    """A server that somebody started. With `listen` (`host:port`) we are its tools meanwhile."""
    async with AsyncExitStack() as stack:
        tools = await stack.enter_async_context(tool_host(listen)) if listen else None
        yield Target(url, UNKNOWN, token, tools)


def _settings(
    stack: AsyncExitStack, tools: ToolHost, variants: dict[str, str] | None = None
) -> Settings:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="smooth-evals-")))
    agents = folder / "agents.json"
    agents.write_text(json.dumps(agents_file(tools.url, variants)), encoding="utf-8")
    corpus = stack.enter_context(as_file(files("smooth_operator_evals") / CORPUS))
    return Settings(port=0, agents=str(agents), knowledge=(str(corpus),))
