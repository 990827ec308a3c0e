"""The demo: a server on this machine with a demo shop's knowledge, and a chat with it."""

from __future__ import annotations

import logging
import socket
from contextlib import AsyncExitStack

from smooth_operator import connect

from smooth_operator_server.agents.model import Agent
from smooth_operator_server.agents.registry import Agents
from smooth_operator_server.engine.model import ModelProvider
from smooth_operator_server.local import serve_local
from smooth_operator_server.logs import log
from smooth_operator_server.models.offline import MODEL_NAME, OfflineModel
from smooth_operator_server.settings import Settings

from .chat import SUPPORTS, Chat
from .screen import Screen

AGENT_ID = "3b9f5c14-7d2a-4e6b-9c58-1f0a6d4e2b70"
INSTRUCTIONS = (
    "You are the help desk of a small shop. Answer briefly, from the passages you are given, and "
    "say so when they do not hold the answer."
)
QUESTIONS = (
    "How long is the return window?",
    "What does shipping to Norway cost?",
    "Is a gift card refundable?",
)


def demo_agents(*, offline: bool) -> Agents:
    """The demo's one agent; offline, its name says that no language model answers."""
    name = "Demo shop (offline, no language model)" if offline else "Demo shop"
    agent = Agent(
        id=AGENT_ID,
        slug="demo-shop",
        name=name,
        instructions=INSTRUCTIONS,
        model=MODEL_NAME if offline else None,
    )
    return Agents([agent], agent)


async def run_demo(settings: Settings, *, once: str | None, screen: Screen) -> bool:
    """Serve, chat until the input ends, stop. True if every turn was answered."""
    offline = settings.gateway_url is None and settings.gateway_key is None
    model: ModelProvider | None = OfflineModel() if offline else None
    if offline:
        log(
            "offline_answerer",
            f"no gateway is configured: {MODEL_NAME} answers, quoting documents",
            level=logging.WARNING,
            model=MODEL_NAME,
        )
    agents = None if settings.agents else demo_agents(offline=offline)
    settings = settings.model_copy(
        update={"seed_kb": settings.seed_kb or not settings.knowledge, "port": _port(settings)}
    )
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(serve_local(settings, model=model, agents=agents))
        client = await stack.enter_async_context(connect(server.ws_url))
        session = await client.create_session("default", supports=SUPPORTS)
        chat = Chat(client, session, screen)
        if once is not None:
            await chat.say(once)
            return not chat.failed
        assert session.info is not None
        _welcome(screen, session.info.agent_name, server.http_url)
        await chat.run()
        return not chat.failed


def _welcome(screen: Screen, agent_name: str, http_url: str) -> None:
    screen.say(f"{agent_name}  ·  {http_url}/  ·  Ctrl-C stops an answer, Ctrl-D leaves")
    if screen.interactive:
        screen.aside("Try: " + "  ".join(QUESTIONS))


def _port(settings: Settings) -> int:
    """The configured port; the default one only if nobody has it."""
    if "port" in settings.model_fields_set:
        return settings.port
    with socket.socket() as probe:
        try:
            probe.bind((settings.bind, settings.port))
        except OSError:
            return 0
    return settings.port


async def run_chat(
    url: str, *, agent: str, token: str | None, once: str | None, screen: Screen
) -> bool:
    """Chat with a server that is running somewhere. True if every turn was answered."""
    async with connect(url, token=token) as client:
        session = await client.create_session(agent, supports=SUPPORTS)
        chat = Chat(client, session, screen)
        if once is not None:
            await chat.say(once)
            return not chat.failed
        assert session.info is not None
        screen.say(f"{session.info.agent_name}  ·  Ctrl-C stops an answer, Ctrl-D leaves")
        await chat.run()
        return not chat.failed
