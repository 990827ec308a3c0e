"""The application: wires the seams from the settings, nothing else."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field

from smooth_operator.protocol import prompts
from smooth_operator.protocol.codes import ErrorCode
from starlette.routing import BaseRoute

from smooth_operator_server import page
from smooth_operator_server.actions.handlers import Handlers
from smooth_operator_server.agents.loading import load_agents
from smooth_operator_server.agents.registry import Agents
from smooth_operator_server.auth.modes import make_verifier
from smooth_operator_server.backplane.memory import MemoryBackplane
from smooth_operator_server.engine.model import ModelProvider
from smooth_operator_server.events.log import Limits
from smooth_operator_server.interactions.kinds import KINDS
from smooth_operator_server.knowledge.base import KnowledgeBase
from smooth_operator_server.knowledge.memory import DEMO_FOLDER, MemoryKnowledge
from smooth_operator_server.knowledge.tokens import fold
from smooth_operator_server.logs import log
from smooth_operator_server.metrics import Metrics
from smooth_operator_server.models.gateway import GatewayModel
from smooth_operator_server.models.none import NoModel
from smooth_operator_server.otp.base import OtpService
from smooth_operator_server.otp.http import HttpOtp
from smooth_operator_server.settings import DEFAULT_GATEWAY, Settings
from smooth_operator_server.skills.folder import FolderSkills
from smooth_operator_server.storage.memory import MemoryStorage
from smooth_operator_server.tools.base import ToolProvider
from smooth_operator_server.tools.http import HttpTools
from smooth_operator_server.transport.http import Front
from smooth_operator_server.transport.serving import Serving, listen
from smooth_operator_server.turns.live import LiveConversations
from smooth_operator_server.turns.parks import DRAIN_OUTCOMES
from smooth_operator_server.turns.services import Services

DRAINING = 1001
DRAIN_REASON = "server draining"
DRAIN_TICK = 0.02


@dataclass(slots=True)
class Parts:
    """What an embedding application brings itself; None: as the settings say."""

    model: ModelProvider | None = None
    agents: Agents | None = None
    knowledge: KnowledgeBase | None = None
    otp: OtpService | None = None
    tools: Sequence[ToolProvider] = ()
    routes: Sequence[BaseRoute] = field(default_factory=tuple)


class Server:
    """One server: built from settings, run on one socket, drained once."""

    def __init__(self, settings: Settings, parts: Parts | None = None) -> None:
        parts = parts or Parts()
        self.settings = settings
        self.services = make_services(settings, parts)
        handlers = Handlers(self.services, fold)
        self.front = Front(self.services, handlers)
        routes = [*(page.routes() if settings.auth_mode in (None, "none") else ()), *parts.routes]
        self._serving = Serving(self.front.app(routes), settings)
        self._drained = asyncio.Event()

    def open(self) -> socket.socket:
        """Take the port; raises `SettingsError`."""
        return listen(self.settings.bind, self.settings.port)

    async def run(self, sock: socket.socket) -> None:
        """Serve until `drain` or `stop` is through."""
        try:
            await self._serving.serve(sockets=[sock])
        finally:
            await close_services(self.services)

    async def ready(self) -> None:
        """Wait until the port answers."""
        await self._serving.ready.wait()

    def stop(self) -> None:
        """Stop now: running turns are cut."""
        for turn in self.services.live.turns():
            turn.cancel()
        for connection in list(self.front.connections):
            connection.close(DRAINING, DRAIN_REASON)
        self._serving.should_exit = True

    async def drain(self) -> None:
        """Let turns end, refuse new ones, close everybody, stop (decisions §8)."""
        if self.services.draining:
            return
        self.services.draining = True
        log("draining", "no new turns; running ones may end")
        for turn in self.services.live.turns():
            opened = turn.live.park
            if opened is not None:
                opened.resolve(DRAIN_OUTCOMES[opened.park.kind], drained=True)
        try:
            async with asyncio.timeout(self.settings.drain_seconds):
                await self._let_go()
        except TimeoutError:
            for turn in self.services.live.turns():
                if not turn.committed:
                    turn.fail(ErrorCode.AGENT_ERROR, prompts.ERROR_DRAINING)
            await self._last_words()
        self._serving.should_exit = True

    async def _let_go(self) -> None:
        """Close each connection once no turn that it runs or watches is left."""
        while self.front.connections or self.services.live.turns():
            for connection in list(self.front.connections):
                if not connection.client.concerned() and connection.outbox.idle:
                    connection.close(DRAINING, DRAIN_REASON)
            await asyncio.sleep(DRAIN_TICK)

    async def _last_words(self) -> None:
        await asyncio.sleep(0)
        for connection in list(self.front.connections):
            connection.close(DRAINING, DRAIN_REASON)


def make_services(settings: Settings, parts: Parts) -> Services:
    """The seams from the settings. Raises what each loader raises, in one line."""
    agents = parts.agents or load_agents(
        settings.agents, os.environ, tool_hosts=settings.tool_hosts
    )
    model = parts.model or _model(settings)
    limits = Limits(settings.event_log_events, settings.event_log_seconds, settings.event_log_bytes)
    tools = HttpTools(agents)
    return Services(
        settings=settings,
        agents=agents,
        model=model,
        storage=MemoryStorage(fold),
        knowledge=parts.knowledge or load_knowledge(settings, agents),
        tools=(tools, *parts.tools),
        skills=_skills(agents, settings),
        kinds=KINDS,
        otp=parts.otp or (HttpOtp(settings.otp_url) if settings.otp_url else None),
        auth=make_verifier(settings),
        metrics=Metrics(model.retries_total),
        live=LiveConversations(MemoryBackplane(), limits),
    )


def _skills(agents: Agents, settings: Settings) -> FolderSkills:
    skills = FolderSkills(agents, settings.skills_dir)
    for folder in skills.missing:
        log(
            "skills_folder_missing",
            f"SMOOTH_SKILLS_DIR names {folder}, which is no folder: make it, or take it out",
            level=logging.WARNING,
        )
    return skills


def _model(settings: Settings) -> ModelProvider:
    key = settings.gateway_key.get_secret_value() if settings.gateway_key else None
    if settings.gateway_url is None and key is None:
        return NoModel()
    return GatewayModel(
        settings.gateway_url or DEFAULT_GATEWAY,
        key,
        attempts=settings.model_attempts,
        idle_seconds=settings.model_idle_seconds,
        backoff_seconds=settings.model_backoff_seconds,
    )


def load_knowledge(settings: Settings, agents: Agents) -> KnowledgeBase:
    """What the settings' folders and the agents file hold. Raises `KnowledgeError`."""
    return MemoryKnowledge.load(
        folders=(*settings.knowledge, *((DEMO_FOLDER,) if settings.seed_kb else ())),
        agents={agent.id: agent.knowledge for agent in agents},
    )


async def close_services(services: Services) -> None:
    """Let go of sockets and files."""
    await services.model.close()
    for provider in services.tools:
        await provider.close()
    if services.otp is not None:
        await services.otp.close()
    await services.auth.close()
    await services.storage.close()
