"""One HTTP server for the whole world: gateway, tools, code delivery and keys, told by path."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from smooth_operator_conformance.world.case_run import CaseRun
from smooth_operator_conformance.world.gateway import complete, lane_path
from smooth_operator_conformance.world.keys import jwks
from smooth_operator_conformance.world.receiver import deliver
from smooth_operator_conformance.world.registry import Registry
from smooth_operator_conformance.world.toolhost import call

Json = Any
Handler = Callable[[web.BaseRequest, Registry], Awaitable[web.StreamResponse]]
LARGEST_BODY = 64 * 1024 * 1024
"""Bytes of a request; a model is sent whole histories, texts of megabytes included."""


class CannotListen(OSError):
    """The address is taken or not ours: another run listens there, or --listen is wrong."""


class Host:
    """The listening side of the runner; `registry` says which copy a request belongs to."""

    def __init__(self, registry: Registry | None = None) -> None:
        self.registry = registry or Registry()
        self.address = ""
        self._server: web.Server | None = None
        self._listener: asyncio.Server | None = None

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen; port 0 takes a free one."""
        loop = asyncio.get_running_loop()
        self._server = web.Server(
            self._handle,
            request_factory=_request,
            handler_cancellation=True,
            access_log=None,
        )
        try:
            self._listener = await loop.create_server(self._server, host, port, backlog=4096)
        except OSError as error:
            raise CannotListen(
                f"gateway and tools cannot listen on {host}:{port}: {error}"
            ) from error
        self.address = f"{host}:{self._listener.sockets[0].getsockname()[1]}"

    @property
    def bindings(self) -> dict[str, Json]:
        """What scenarios may say about it: `{{host.http}}` and `{{host.address}}`."""
        return {"http": f"http://{self.address}", "address": self.address}

    @property
    def gateway_url(self) -> str:
        """Base URL of the gateway, version included."""
        return f"http://{self.address}/v1"

    def gateway_url_of(self, lane: str | None) -> str:
        """Base URL of the gateway for a process that knows one model name."""
        return f"http://{self.address}{lane_path(lane)}" if lane is not None else self.gateway_url

    async def stop(self) -> None:
        """Stop listening and drop what is open."""
        if self._listener is not None:
            self._listener.close()
        if self._server is not None:
            await self._server.shutdown(0.1)

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        path = request.path
        if path.endswith("/chat/completions"):
            return await complete(request, self.registry)
        if path.startswith("/tool/"):
            return await call(request, self.registry)
        if path == "/otp":
            return await deliver(request, self.registry)
        if path.startswith("/jwks/"):
            return _keys(request, self.registry)
        if path.endswith("/models"):
            names = [{"id": name, "object": "model"} for name in self.registry.models]
            return web.json_response({"object": "list", "data": names})
        if not path.endswith("/model/info"):  # prices, which gateways may have or not
            self.registry.strays.append(f"{request.method} {path}")
        return web.json_response({"error": {"message": "no such thing here"}}, status=404)


def _request(
    message: Any, payload: Any, protocol: Any, writer: Any, task: asyncio.Task[None]
) -> web.BaseRequest:
    """A request of any size that a server may send."""
    loop = asyncio.get_running_loop()
    return web.BaseRequest(
        message, payload, protocol, writer, task, loop, client_max_size=LARGEST_BODY
    )


def _keys(request: web.BaseRequest, registry: Registry) -> web.Response:
    run: CaseRun | None = registry.by_nonce.get(request.path.rsplit("/", 1)[-1])
    if run is None:
        return web.json_response({"keys": []})
    served = run.case.body.get("jwks") or [["rs1", "es1"]]
    fetched = sum(1 for entry in run.timeline.entries if entry.inbox == "jwks")
    run.timeline.add("jwks", "in", "http", {"fetch": fetched + 1})
    names = served[min(fetched, len(served) - 1)]
    return web.json_response(jwks(names), status=200 if names else 503)
