"""HTTP: the upgrade to `/ws`, and the few routes beside it, on one port."""

from __future__ import annotations

from collections.abc import Sequence

from smooth_operator.protocol.dispatch import ActionHandlers
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from smooth_operator_server.actions.client import Client
from smooth_operator_server.auth.base import BadToken, Principal
from smooth_operator_server.metrics import CONTENT_TYPE
from smooth_operator_server.transport.connection import Connection
from smooth_operator_server.transport.door import SUBPROTOCOL, Occupancy, Token, admits, token_of
from smooth_operator_server.transport.wire import WireProtocol
from smooth_operator_server.turns.services import Services

TOO_MANY = 4429


class Front:
    """Everything that answers on the port."""

    def __init__(self, services: Services, handlers: ActionHandlers[Client]) -> None:
        self._services = services
        self._handlers = handlers
        self._occupancy = Occupancy(services.settings)
        self.connections: set[Connection] = set()

    def app(self, extra: Sequence[BaseRoute] = ()) -> ASGIApp:
        """The ASGI application; `extra` routes come after ours (a page, later an admin)."""
        routes: list[BaseRoute] = [
            WebSocketRoute("/ws", self.websocket),
            Route("/health", self.health),
            Route("/healthz", self.health),
            Route("/readyz", self.ready),
            Route("/metrics", self.metrics),
            *extra,
        ]
        return _Door(Starlette(routes=routes), self._services)

    async def health(self, request: Request) -> Response:
        return PlainTextResponse("ok")

    async def ready(self, request: Request) -> Response:
        if self._services.draining:
            return PlainTextResponse("draining", 503)
        return PlainTextResponse("ready")

    async def metrics(self, request: Request) -> Response:
        return Response(self._services.metrics.render(), media_type=CONTENT_TYPE)

    async def websocket(self, websocket: WebSocket) -> None:
        services = self._services
        if services.draining:
            return await _deny(websocket, 503, "server draining")
        token = token_of(websocket.headers, websocket.scope["subprotocols"], websocket.query_params)
        peer = websocket.client.host if websocket.client else ""
        strict = services.settings.auth_strict and services.auth.scoped
        principal, bad = await self._identify(token, peer)
        if bad and strict:
            return await _deny(websocket, 401, "unauthorized")
        offered = SUBPROTOCOL in websocket.scope["subprotocols"]
        await websocket.accept(subprotocol=SUBPROTOCOL if offered else None)
        place = self._occupancy.enter(principal, peer)
        if place is None:
            services.metrics.closed.labels(str(TOO_MANY)).inc()
            return await websocket.close(TOO_MANY, "too many connections")
        self._serve(websocket, token, principal, peer, strict, place)
        return None

    async def _identify(self, token: Token, peer: str) -> tuple[Principal | None, bool]:
        """Who it is, and whether a token was brought that proves nothing."""
        auth = self._services.auth
        if token.text is None or not auth.scoped:
            return auth.open_principal(), False
        try:
            return await auth.verify(token.text, peer=peer), False
        except BadToken:
            return None, True

    def _serve(
        self,
        websocket: WebSocket,
        token: Token,
        principal: Principal | None,
        peer: str,
        strict: bool,
        place: tuple[str, ...],
    ) -> None:
        """Hand the socket over to a connection, which outlives the upgrade's task."""

        def lost(connection: Connection, code: int) -> None:
            self.connections.discard(connection)
            self._occupancy.leave(place)
            self._services.metrics.connections.dec()
            self._services.metrics.closed.labels(str(code)).inc()

        wire: WireProtocol = websocket.scope["state"]["wire"]
        connection = Connection(
            wire,
            self._services.settings,
            self._handlers,
            principal=principal,
            origin=websocket.headers.get("origin"),
            peer=peer,
            token_brought=token.text is not None,
            must_greet=strict and principal is None,
            on_lost=lost,
        )
        self.connections.add(connection)
        self._services.metrics.connections.inc()
        connection.start()


async def _deny(websocket: WebSocket, status: int, text: str) -> None:
    await websocket.send_denial_response(PlainTextResponse(text, status))


class _Door:
    """Turns away what the door does not admit, before any route sees it."""

    def __init__(self, app: ASGIApp, services: Services) -> None:
        self._app = app
        self._settings = services.settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            from starlette.datastructures import Headers

            if not admits(self._settings, Headers(scope=scope)):
                refusal = PlainTextResponse("forbidden", 403)
                if scope["type"] == "http":
                    await refusal(scope, receive, send)
                else:
                    await WebSocket(scope, receive, send).send_denial_response(refusal)
                return
        await self._app(scope, receive, send)
