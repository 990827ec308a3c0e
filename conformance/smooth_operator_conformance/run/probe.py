"""Asks a server what it can do: one `hello`, before any scenario."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from smooth_operator_conformance.live.player import Endpoint
from smooth_operator_conformance.live.socket import Hooks, Opening, connect, encode
from smooth_operator_conformance.live.timeline import Timeline
from smooth_operator_conformance.servers.profiles import Profile
from smooth_operator_conformance.world.tokens import token

Json = Any
PATIENCE = 3.0
"""Seconds: a server that does not answer declares nothing."""


@dataclass(frozen=True, slots=True)
class Declared:
    """What a server says of itself."""

    greets: bool = False
    """It answers `hello` with `welcome`; published servers do not know it."""
    capabilities: tuple[str, ...] = ()
    version: str = ""


async def probe(endpoint: Endpoint, profile: Profile, deadline: float) -> Declared:
    """Say hello and read the welcome; nothing is declared where there is none."""
    timeline = Timeline()
    headers = {}
    if profile.auth:
        prober = {"sub": "prober", "org": "prober"}
        text = token(prober, trusted=profile.auth == "trusted")
        headers["Authorization"] = f"Bearer {text}"
    hooks = Hooks(
        opened=lambda value: timeline.add("a", "in", "event", value),
        frame=lambda value, note: timeline.add("a", "in", "frame", value, note),
        closed=lambda value: timeline.add("a", "in", "closed", value),
    )
    opening = Opening(f"{endpoint.ws}{endpoint.path}", headers)
    client = await connect(opening, hooks, endpoint.host, endpoint.port)
    patience = min(deadline, PATIENCE)
    answered = await timeline.next("a", patience)
    if answered is None or answered.value["open"] != 101:
        return Declared()
    client.send(
        encode({"action": "hello", "requestId": "probe", "protocolVersions": ["1"], "supports": []})
    )
    welcome = await timeline.next("a", patience)
    client.close()
    return _declared(welcome.value if welcome is not None else None)


def _declared(frame: Json) -> Declared:
    data = frame.get("data") if isinstance(frame, dict) else None
    if not isinstance(data, dict) or frame.get("type") != "welcome":
        return Declared()
    names = data.get("capabilities")
    server = data.get("server")
    version = server.get("version", "") if isinstance(server, dict) else ""
    declared = tuple(str(name) for name in names) if isinstance(names, list) else ()
    return Declared(True, declared, str(version))
