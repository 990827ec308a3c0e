"""A plain client for the doctor: one socket, one question at a time, no judgement."""

from __future__ import annotations

from typing import Any

from smooth_operator_conformance.live.player import Endpoint
from smooth_operator_conformance.live.socket import Hooks, Opening, Socket, connect, encode
from smooth_operator_conformance.live.timeline import Timeline
from smooth_operator_conformance.servers.profiles import Profile
from smooth_operator_conformance.world.tokens import token

Json = Any
PATIENCE = 5.0
"""Seconds that an answer may take; the doctor's model answers at once."""
TERMINAL = ("eventual_response", "error", "cancelled")


class Caller:
    """One connection to the server; `close` it."""

    def __init__(self, endpoint: Endpoint, profile: Profile) -> None:
        self._endpoint, self._profile = endpoint, profile
        self._timeline = Timeline()
        self._socket: Socket | None = None
        self._asked = 0

    async def open(self) -> Json:
        """The status of the upgrade; `connection` or a text where it never came to one."""
        headers = {}
        if self._profile.auth:
            claims = {"sub": "doctor", "org": "doctor"}
            text = token(claims, trusted=self._profile.auth == "trusted")
            headers["Authorization"] = f"Bearer {text}"
        timeline = self._timeline
        hooks = Hooks(
            opened=lambda value: timeline.add("a", "in", "event", value),
            frame=lambda value, note: timeline.add("a", "in", "frame", value, note),
            closed=lambda value: timeline.add("a", "in", "closed", value),
        )
        where = self._endpoint
        opening = Opening(where.ws + where.path, headers)
        self._socket = await connect(opening, hooks, where.host, where.port)
        entry = await timeline.next("a", PATIENCE)
        return "silence" if entry is None else entry.value["open"]

    async def request(self, frame: dict[str, Json]) -> Json:
        """The first frame after this one; None when none comes."""
        self._send(frame)
        entry = await self._timeline.next("a", PATIENCE)
        return None if entry is None else entry.value

    async def turn(self, frame: dict[str, Json]) -> list[Json]:
        """Every frame up to the one that ends the turn, or up to a silence."""
        self._send(frame)
        frames: list[Json] = []
        while (entry := await self._timeline.next("a", PATIENCE)) is not None:
            frames.append(entry.value)
            kind = entry.value.get("type") if isinstance(entry.value, dict) else None
            if entry.kind == "closed" or kind in TERMINAL:
                break
        return frames

    def _send(self, frame: dict[str, Json]) -> None:
        self._asked += 1
        if self._socket is not None:
            self._socket.send(encode({**frame, "requestId": f"doctor-{self._asked}"}))

    def close(self) -> None:
        """End the connection."""
        if self._socket is not None:
            self._socket.fin()
