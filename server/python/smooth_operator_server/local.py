"""serve_local: a server inside your own program or test, on a port of its own.

```python
async with serve_local(model=my_model) as server:
    print(server.ws_url)
```
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from starlette.routing import BaseRoute

from smooth_operator_server.agents.registry import Agents
from smooth_operator_server.app import Parts, Server
from smooth_operator_server.engine.model import ModelProvider
from smooth_operator_server.knowledge.base import KnowledgeBase
from smooth_operator_server.otp.base import OtpService
from smooth_operator_server.settings import Settings, check_open_door
from smooth_operator_server.tools.base import ToolProvider

UNNAMED_MODEL = "local"
"""What a model that an application brings is asked for, when nobody names one."""


@dataclass(frozen=True, slots=True)
class LocalServer:
    """A running server. `server` is there for tests that look inside."""

    server: Server
    host: str
    port: int

    @property
    def ws_url(self) -> str:
        """`ws://127.0.0.1:<port>/ws`."""
        return f"ws://{self._authority}/ws"

    @property
    def http_url(self) -> str:
        """`http://127.0.0.1:<port>`."""
        return f"http://{self._authority}"

    @property
    def _authority(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    async def drain(self) -> None:
        """What SIGTERM does: let turns end, then close everybody."""
        await self.server.drain()


@asynccontextmanager
async def serve_local(
    settings: Settings | None = None,
    *,
    model: ModelProvider | None = None,
    agents: Agents | None = None,
    knowledge: KnowledgeBase | None = None,
    otp: OtpService | None = None,
    tools: Sequence[ToolProvider] = (),
    routes: Sequence[BaseRoute] = (),
) -> AsyncIterator[LocalServer]:
    """Serve in the running event loop until the block ends; running turns are then cut.

    Reads no environment: `settings` is `Settings(port=0)` when absent, and port 0 takes a free
    port. Raises `SettingsError` and what the loaders raise.
    """
    settings = settings or Settings(port=0)
    check_open_door(settings)
    if model is not None and settings.model is None:
        settings = settings.model_copy(update={"model": UNNAMED_MODEL})
    parts = Parts(
        model=model, agents=agents, knowledge=knowledge, otp=otp, tools=tools, routes=routes
    )
    server = Server(settings, parts)
    sock = server.open()
    host, port = sock.getsockname()[:2]
    task = asyncio.create_task(server.run(sock))
    ready = asyncio.create_task(server.ready())
    try:
        await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            await task
        yield LocalServer(server, host, port)
    finally:
        ready.cancel()
        server.stop()
        await task
