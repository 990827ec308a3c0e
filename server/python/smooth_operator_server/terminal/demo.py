"""The demo: a server on this machine with a demo shop's knowledge, and a chat with it."""

from __future__ import annotations

import logging
import socket
from contextlib import AsyncExitStack

from smooth_operator import connect

from smooth_operator_server.engine.model import ModelProvider
from smooth_operator_server.local import serve_local
from smooth_operator_server.logs import log
from smooth_operator_server.models.offline import MODEL_NAME, OfflineModel
from smooth_operator_server.settings import Settings, SettingsError

from .chat import SUPPORTS, Chat
from .screen import Screen
from .shop import EXAMPLES, RULES, shop_agents, shop_tools

PACE = 0.03
"""Seconds between the offline answerer's pieces on a terminal: time to watch, and to stop."""


async def run_demo(settings: Settings, *, once: str | None, screen: Screen) -> bool:
    """Serve, chat until the input ends, stop. True if every turn was answered."""
    offline = settings.gateway_url is None and settings.gateway_key is None
    if not offline and settings.model is None and settings.agents is None:
        raise SettingsError("Set SMOOTH_AGENT_MODEL to the model that the gateway is to run.")
    pace = PACE if screen.interactive else 0.0
    model: ModelProvider | None = OfflineModel(RULES, pace=pace) if offline else None
    if offline:
        log(
            "offline_answerer",
            f"no gateway is configured: {MODEL_NAME} answers, quoting documents",
            level=logging.WARNING,
            model=MODEL_NAME,
        )
    agents = None if settings.agents else shop_agents(offline=offline)
    settings = settings.model_copy(
        update={"seed_kb": settings.seed_kb or not settings.knowledge, "port": _port(settings)}
    )
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(
            serve_local(settings, model=model, agents=agents, tools=[shop_tools()])
        )
        client = await stack.enter_async_context(connect(server.ws_url))
        session = await client.create_session("default", supports=SUPPORTS)
        chat = Chat(client, session, screen, "default")
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
        screen.aside("Try: " + "  ".join(EXAMPLES))


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
        chat = Chat(client, session, screen, agent)
        if once is not None:
            await chat.say(once)
            return not chat.failed
        assert session.info is not None
        screen.say(f"{session.info.agent_name}  ·  Ctrl-C stops an answer, Ctrl-D leaves")
        await chat.run()
        return not chat.failed
