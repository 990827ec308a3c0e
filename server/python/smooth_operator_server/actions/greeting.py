"""Greeting: `hello`, `authenticate` and `ping`: what a connection is, and that it lives."""

from __future__ import annotations

from typing import Any

from smooth_operator.protocol import encode, prompts
from smooth_operator.protocol.codes import PROTOCOL_VERSION, ErrorCode
from smooth_operator.protocol.models import AuthenticateRequest, HelloRequest, PingRequest

from smooth_operator_server import __version__
from smooth_operator_server.actions.client import Client, Refusal
from smooth_operator_server.auth.base import BadToken, Principal
from smooth_operator_server.settings import Settings
from smooth_operator_server.turns.services import Services
from smooth_operator_server.turns.turn import now_ms

PROTOCOL_CAPABILITIES = frozenset({"event_seq", "token_renewal", "otp_park"})
SERVER_NAME = "smooth-operator"


class Greeting:
    """Protocol capabilities hold for the connection that declared them (decisions 6.1)."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._limits = limits_of(services.settings)
        self._capabilities = self._declare()

    async def hello(self, client: Client, request: HelloRequest) -> None:
        if client.frames != 1:
            raise Refusal(ErrorCode.VALIDATION_ERROR, prompts.ERROR_HELLO_LATE)
        if request.token is not None and not client.token_brought:
            await self._take_token(client, request.token)
        if client.must_greet and client.principal is None:
            raise Refusal(ErrorCode.UNAUTHENTICATED, prompts.ERROR_UNAUTHENTICATED)
        if PROTOCOL_VERSION not in request.protocol_versions:
            raise Refusal(ErrorCode.VALIDATION_ERROR, prompts.ERROR_HELLO_VERSIONS)
        declared = PROTOCOL_CAPABILITIES & set(request.supports or ())
        client.capabilities = frozenset(declared & set(self._capabilities))
        client.greeted = True
        if client.principal is not None:
            client.socket.renew(client.principal)
        client.reply(
            encode.welcome(
                request_id=request.request_id,
                server={"name": SERVER_NAME, "version": __version__, "language": "python"},
                capabilities=self._capabilities,
                limits=self._limits,
                auth=_auth_state(client.principal),
                timestamp=now_ms(),
            )
        )

    async def authenticate(self, client: Client, request: AuthenticateRequest) -> None:
        refused = Refusal(ErrorCode.UNAUTHENTICATED, prompts.ERROR_UNAUTHENTICATED)
        held = client.principal
        if held is None:
            raise refused
        try:
            fresh = await self._services.auth.verify(request.token, peer=client.peer)
        except BadToken:
            raise refused from None
        if (fresh.organization_id, fresh.subject) != (held.organization_id, held.subject):
            raise refused
        client.principal = fresh
        client.socket.renew(fresh)
        state = _auth_state(fresh)
        data = {"expiresAt": state["expiresAt"]} if "expiresAt" in state else {}
        client.ack(request.request_id, "Authenticated", data)

    async def ping(self, client: Client, request: PingRequest) -> None:
        client.reply(encode.pong(request_id=request.request_id, timestamp=now_ms()))

    async def _take_token(self, client: Client, token: str) -> None:
        """A bad token leaves the connection anonymous; without authentication none counts."""
        if not self._services.auth.scoped:
            return
        try:
            principal = await self._services.auth.verify(token, peer=client.peer)
        except BadToken:
            return
        client.principal = principal
        client.socket.renew(principal)

    def _declare(self) -> list[str]:
        """What this server can do, as it is configured."""
        services = self._services
        absent = set()
        if services.otp is None:
            absent |= {"otp", "otp_park"}
        known = (
            "event_seq",
            "idempotency",
            "token_renewal",
            "otp_park",
            "otp",
            "interactions",
            "tools",
            "skills",
            "workflow",
            "rename",
        )
        return [name for name in known if name not in absent]


def _auth_state(principal: Principal | None) -> dict[str, Any]:
    state: dict[str, Any] = {"anonymous": principal is None}
    if principal is not None and principal.expires_at is not None:
        state["expiresAt"] = int(principal.expires_at * 1000)
    return state


def limits_of(settings: Settings) -> dict[str, Any]:
    """Every limit as configured, also where it is not applied."""
    return {
        "maxFrameBytes": settings.max_frame_bytes,
        "maxMessageChars": settings.max_message_chars,
        "framesPerSecond": settings.frames_per_second,
        "frameBurst": settings.frame_burst,
        "connectionsPerPrincipal": settings.connections_per_principal,
        "outboundBytes": settings.outbound_bytes,
        "slowReaderSeconds": _number(settings.slow_reader_seconds),
        "parkSeconds": _number(settings.park_seconds),
        "otpSeconds": _number(settings.otp_seconds),
        "otpAttempts": settings.otp_attempts,
        "turnSeconds": _number(settings.turn_seconds),
        "keepaliveSeconds": _number(settings.keepalive_seconds),
        "eventLogEvents": settings.event_log_events,
        "eventLogSeconds": _number(settings.event_log_seconds),
        "eventLogBytes": settings.event_log_bytes,
        "maxIterations": settings.max_iterations,
    }


def _number(value: float) -> float | int:
    """Integers are written without a fraction (decisions 1.5)."""
    return int(value) if float(value).is_integer() else value
